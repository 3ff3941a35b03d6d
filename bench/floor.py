"""The floor: what nobody who asks libvirt from Python can go below.

One connection for reading, and the description of everything there, as it runs and as it is kept; leases and
snapshots too.
"""

import libvirt

connection = libvirt.openReadOnly("qemu:///system")
for network in connection.listAllNetworks(0):
    network.XMLDesc(0)
    network.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE)
    network.DHCPLeases()
for domain in connection.listAllDomains(0):
    domain.XMLDesc(0)
    domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    for snapshot in domain.listAllSnapshots():
        snapshot.getXMLDesc()
