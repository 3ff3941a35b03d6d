"""A domain and a network with something of everything that the course speaks of, and more."""

DOMAIN = """<?xml version="1.0"?>
<!-- A comment, and a <name> in it. -->
<domain type="kvm">
  <name>lab-vm</name>
  <uuid>6f1b1c0e-0000-4000-8000-0123456789ab</uuid>
  <title>Practice</title>
  <description>A guest to break.</description>
  <memory unit="MiB">1024</memory>
  <currentMemory unit="MiB">512</currentMemory>
  <vcpu placement="static" current="1">2</vcpu>
  <cputune>
    <shares>2048</shares>
    <vcpupin vcpu="0" cpuset="0-1"/>
  </cputune>
  <os firmware="efi">
    <type arch="x86_64" machine="q35">hvm</type>
    <boot dev="hd"/>
    <bootmenu enable="yes" timeout="3000"/>
  </os>
  <features>
    <acpi/>
    <apic/>
    <hyperv mode="custom">
      <relaxed state="on"/>
      <spinlocks state="on" retries="8191"/>
    </hyperv>
  </features>
  <cpu mode="custom" match="exact" check="partial">
    <model fallback="allow">qemu64</model>
    <topology sockets="1" cores="2" threads="1"/>
    <feature policy="require" name="vmx"/>
  </cpu>
  <clock offset="utc">
    <timer name="rtc" tickpolicy="catchup"/>
    <timer name="hpet" present="no"/>
  </clock>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <pm>
    <suspend-to-mem enabled="no"/>
  </pm>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type="file" device="disk">
      <driver name="qemu" type="qcow2" cache="none" io="native" discard="unmap"/>
      <source file="/var/lib/libvirt/images/lab-vm.qcow2"/>
      <target dev="vda" bus="virtio"/>
      <iotune>
        <total_iops_sec>100</total_iops_sec>
      </iotune>
      <boot order="1"/>
      <address type="pci" domain="0x0000" bus="0x04" slot="0x00" function="0x0"/>
    </disk>
    <disk type="file" device="cdrom">
      <driver name="qemu" type="raw"/>
      <source file="/var/lib/libvirt/images/installer.iso"/>
      <target dev="sda" bus="sata"/>
      <readonly/>
    </disk>
    <controller type="usb" index="0" model="qemu-xhci" ports="15"/>
    <controller type="virtio-serial" index="0"/>
    <filesystem type="mount" accessmode="mapped">
      <source dir="/srv/share"/>
      <target dir="share"/>
    </filesystem>
    <interface type="network">
      <mac address="52:54:00:12:34:56"/>
      <source network="default"/>
      <model type="virtio"/>
      <bandwidth>
        <inbound average="1000" peak="5000"/>
      </bandwidth>
      <link state="up"/>
    </interface>
    <interface type="bridge">
      <source bridge="br0"/>
      <target dev="tap0"/>
    </interface>
    <serial type="pty">
      <target type="isa-serial" port="0">
        <model name="isa-serial"/>
      </target>
    </serial>
    <console type="pty">
      <target type="serial" port="0"/>
    </console>
    <channel type="unix">
      <target type="virtio" name="org.qemu.guest_agent.0"/>
    </channel>
    <input type="tablet" bus="usb"/>
    <graphics type="spice" autoport="yes">
      <listen type="address" address="127.0.0.1"/>
      <image compression="off"/>
    </graphics>
    <sound model="ich9"/>
    <video>
      <model type="qxl" ram="65536" vram="65536" heads="1" primary="yes"/>
    </video>
    <watchdog model="i6300esb" action="reset"/>
    <memballoon model="virtio">
      <stats period="10"/>
    </memballoon>
    <rng model="virtio">
      <rate bytes="1024" period="1000"/>
      <backend model="random">/dev/urandom</backend>
    </rng>
  </devices>
  <seclabel type="dynamic" model="apparmor" relabel="yes"/>
</domain>
"""

NETWORK = """<network ipv6="yes">
  <name>lab</name>
  <uuid>6f1b1c0e-0000-4000-8000-0123456789ac</uuid>
  <forward mode="nat" dev="eth0">
    <nat>
      <address start="10.0.0.2" end="10.0.0.9"/>
      <port start="1024" end="65535"/>
    </nat>
    <interface dev="eth0"/>
  </forward>
  <bridge name="virbr7" stp="on" delay="0" macTableManager="libvirt"/>
  <mtu size="1500"/>
  <mac address="52:54:00:6a:00:01"/>
  <domain name="lab.example" localOnly="yes"/>
  <dns enable="yes">
    <forwarder domain="example.org" addr="192.0.2.1"/>
    <txt name="example" value="example value"/>
    <srv service="http" protocol="tcp" domain="lab.example" target="www" port="80" priority="1" weight="2"/>
    <host ip="192.168.150.2">
      <hostname>gateway</hostname>
    </host>
  </dns>
  <bandwidth>
    <inbound average="1000" peak="5000" burst="5120"/>
    <outbound average="1000"/>
  </bandwidth>
  <ip address="192.168.150.1" netmask="255.255.255.0" localPtr="yes">
    <tftp root="/srv/tftp"/>
    <dhcp>
      <range start="192.168.150.100" end="192.168.150.200">
        <lease expiry="1" unit="hours"/>
      </range>
      <host mac="52:54:00:12:34:56" name="lab-vm" ip="192.168.150.50"/>
      <bootp file="pxelinux.0" server="192.168.150.1"/>
    </dhcp>
  </ip>
  <ip family="ipv6" address="fd00:0:0:150::1" prefix="64"/>
  <route address="192.168.160.0" prefix="24" gateway="192.168.150.2" metric="2"/>
  <portgroup name="students" default="yes">
    <bandwidth>
      <inbound average="100"/>
    </bandwidth>
  </portgroup>
</network>
"""
