#!/bin/bash
# The course's assertions as a shell script, for the machine on which everything is done: what a teacher writes who
# has no tool but virsh and xmllint. Each description of a network or domain is asked for once.
#
# Prints a line for each assertion: ok or not ok, and the checks of the course that it stands for; the benchmark
# compares both answers before it measures. Quizzes are not here, and what a script cannot follow or remember is
# asserted as goss/plain.yaml has it. Ends with 1 where something is not ok.

export LC_ALL=C
virsh() { command virsh -c qemu:///system "$@" 2>/dev/null; }
failed=0

# check "CHECK..." COMMAND...: whether the command ends well.
check() {
  local names=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "ok $names"; else echo "not ok $names"; failed=1; fi
}
# Whether a text has a line like this.
has() { grep -qE -- "$2" <<<"$1"; }
lacks() { ! has "$@"; }
# What an XPath expression makes of a description.
is() { [ "$(xmllint --xpath "$2" - <<<"$1" 2>/dev/null)" = "$3" ]; }

usable() { grep -qwE 'vmx|svm' /proc/cpuinfo && [ -e /dev/kvm ]; }
check install/cpu/flags grep -qwE 'vmx|svm' /proc/cpuinfo
module() { [ -d /sys/module/kvm ] && { [ -d /sys/module/kvm_intel ] || [ -d /sys/module/kvm_amd ]; }; }
check install/cpu/module module
check install/cpu/device [ -c /dev/kvm ]

for program in qemu-system-x86_64 qemu-img; do check install/qemu-kvm/programs [ -x "/usr/bin/$program" ]; done
for program in virsh virt-install virt-manager; do
  check "install/libvirt/programs tools/toolbox/programs" [ -x "/usr/bin/$program" ]
done
check install/libvirt/programs [ -x /usr/bin/virt-viewer ]
packages=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' libvirt-clients virtinst virt-manager 2>/dev/null)
for package in libvirt-clients virtinst virt-manager; do
  check tools/toolbox/programs has "$packages" "^$package installed\$"
done
groups=$(id -nG student)
check install/qemu-kvm/group has "$groups" '(^| )kvm( |$)'
check install/libvirt/group has "$groups" '(^| )libvirt( |$)'
check install/qemu-kvm/session has "$(id -nG)" '(^| )kvm( |$)'
check install/libvirt/enabled systemctl -q is-enabled libvirtd
check install/libvirt/daemon systemctl -q is-active libvirtd.service libvirtd.socket
new_terminal=$(env -i HOME=/home/student USER=student TERM=xterm PATH=/usr/bin:/bin \
  bash -lc 'exec bash -ic "printenv LIBVIRT_DEFAULT_URI"' 2>/dev/null)
check install/libvirt/uri [ "$new_terminal" = qemu:///system ]
check install/confirm/write virsh list --all

default=$(virsh net-info default)
default_live=$(virsh net-dumpxml default)
default_kept=$(virsh net-dumpxml --inactive default)
check install/default-network/defined has "$default" '^Name: +default$'
for field in Persistent Active Autostart; do
  check "install/default-network/${field,}" has "$default" "^$field: +yes\$"
done
check install/default-network/nat is "$default_live" 'string(/network/forward/@mode)' nat
check install/default-network/nat is "$default_kept" 'string(/network/forward/@mode)' nat
check install/default-network/dhcp is "$default_live" 'count(/network/ip/dhcp) > 0' true
check install/default-network/dhcp grep -qx dnsmasq "/proc/$(cat /run/libvirt/network/default.pid)/comm"
check install/default-network/bridge [ -d /sys/class/net/virbr0/bridge ]
check install/default-network/bridge grep -qE '^0x[0-9a-f]*[13579bdf]$' /sys/class/net/virbr0/flags
check install/default-network/bridge has "$(ip -o address show dev virbr0)" ' 192\.168\.122\.1/24 '

image=$(qemu-img info -U --output=json /var/lib/libvirt/images/min-disk.qcow2)
check disks/create-qcow2/image has "$image" '^    "format": "qcow2"'
check disks/create-qcow2/image has "$image" '^    "virtual-size": 32212254720,'

# What of a domain is asserted in several steps; $info and $xml are of the last one.
memory='concat(/domain/memory, "/", /domain/currentMemory)'
nic='concat(count(/domain/devices/interface), " ", /domain/devices/interface/source/@network, " ", /domain/devices/interface/model/@type)'
qcow2='count(/domain/devices/disk[@device="disk"][driver/@type="qcow2"]) > 0'
spice='count(/domain/devices/graphics[@type="spice"]) > 0'
domain() {
  local step=$1 name=$2
  info=$(virsh dominfo "$name")
  xml=$(virsh dumpxml --inactive "$name")
  check "$step/domain" has "$info" "^Name: +$name\$"
}
persistent() { check "$1/persistent" has "$info" '^Persistent: +yes$'; }
processors() { check "$1/vcpus" [ "$(xmllint --xpath 'string(/domain/vcpu)' - <<<"$xml" 2>/dev/null)" = "$2" ]; }
capacity() { check "$1/disk" has "$(virsh domblkinfo "$2" vda)" "^Capacity: +$3\$"; }

step=domains/virt-manager
domain $step gui-vm
persistent $step
check $step/disk is "$xml" "$qcow2" true
check $step/cdrom is "$xml" 'count(/domain/devices/disk[@device="cdrom"]) > 0' true
check $step/nic is "$xml" 'count(/domain/devices/interface) > 0' true

step=domains/virt-install
domain $step test-vm
persistent $step
processors $step 2
check $step/memory is "$xml" "$memory" 2097152/2097152
check $step/graphics is "$xml" "$spice" true
check $step/disk is "$xml" "$qcow2" true
check $step/disk [ -e /var/lib/libvirt/images/test-vm.qcow2 ]
capacity $step test-vm 32212254720
check $step/nic is "$xml" "$nic" '1 default virtio'

step=domains/xml
domain $step minimal-vm
persistent $step
processors $step 1
check $step/memory is "$xml" "$memory" 1048576/1048576
check $step/graphics is "$xml" "$spice" true
check $step/running [ "$(virsh domstate minimal-vm)" = running ]
check $step/machine is "$xml" 'concat(/domain/os/type/@arch, " ", /domain/os/type)' 'x86_64 hvm'
check $step/boot is "$xml" 'concat(/domain/os/boot[1]/@dev, " ", count(/domain/devices/disk/boot))' 'hd 0'
check $step/disk is "$xml" \
  'count(/domain/devices/disk[@device="disk"][driver/@type="qcow2"][target[@dev="vda"][@bus="virtio"]]) > 0' true
check $step/disk [ -e /var/lib/libvirt/images/minimal.qcow2 ]
check $step/nic is "$xml" \
  'concat(count(/domain/devices/interface), " ", /domain/devices/interface/source/@network)' '1 default'
type=$(xmllint --xpath 'string(/domain/@type)' - <<<"$xml" 2>/dev/null)
if usable; then check $step/type [ "$type" = kvm ]; else check $step/type has "$type" '^(kvm|qemu)$'; fi

schemas=/usr/share/libvirt/schemas
check "domains/validate/file domains/validate/schema" grep -qE \
  '<\?xml-model .*domain\.rng".*schematypens="http://relaxng\.org/ns/structure/1\.0"' /home/student/vm.xml
check "domains/validate/file domains/validate/valid" xmllint --noout --relaxng $schemas/domain.rng /home/student/vm.xml
networks=0
for file in /home/student/*.xml; do
  ! grep -q '<network' "$file" || xmllint --noout --relaxng $schemas/network.rng "$file" >/dev/null 2>&1 || networks=1
done
check domains/validate/network [ $networks = 0 ]

step=networks/nat
domain $step vm-nat
persistent $step
processors $step 2
check $step/memory is "$xml" "$memory" 2097152/2097152
check $step/disk is "$xml" "$qcow2" true
check $step/disk [ -e /var/lib/libvirt/images/vm-nat.qcow2 ]
capacity $step vm-nat 21474836480
check $step/nic is "$xml" "$nic" '1 default virtio'
leases=$(virsh net-dhcp-leases default --mac 52:54:00:aa:bb:cc)
check $step/lease has "$leases" ' ipv4 +192\.168\.122\.[0-9]+/24 '
tap=$(virsh domiflist vm-nat | awk '$3 == "default" { print $1 }')
check $step/lease has "$(ip -o link show dev "$tap")" ' master virbr0 '

step=networks/isolated
isolated=$(virsh net-info isolerat-natverk)
check $step/network has "$isolated" '^Name: +isolerat-natverk$'
for field in Persistent Active Autostart; do check "$step/${field,}" has "$isolated" "^$field: +yes\$"; done
for form in "" --inactive; do
  xml=$(virsh net-dumpxml $form isolerat-natverk)
  check $step/settings is "$xml" 'count(/network/forward)' 0
  check $step/settings is "$xml" \
    'concat(/network/bridge/@name, " ", /network/bridge/@stp, " ", /network/bridge/@delay)' 'virbr1 on 0'
  check $step/settings is "$xml" \
    'concat(count(/network/ip), " ", /network/ip/@address, " ", /network/ip/@netmask)' '1 192.168.50.1 255.255.255.0'
  check $step/settings is "$xml" \
    'concat(count(/network/ip/dhcp/range), " ", /network/ip/dhcp/range/@start, " ", /network/ip/dhcp/range/@end)' \
    '1 192.168.50.100 192.168.50.254'
done
domain $step vm-isolated
check $step/nic is "$xml" "$nic" '1 isolerat-natverk virtio'
check $step/sealed has "$(sudo -n iptables -S LIBVIRT_FWO)" '^-A LIBVIRT_FWO -i virbr1 -j REJECT'
check $step/sealed lacks "$(sudo -n iptables -S FORWARD)" ' -i virbr1 .*-j ACCEPT'

entry='concat(count(/network/ip/dhcp/host[@ip="192.168.122.50" or @mac="52:54:00:aa:bb:cc"]), " ", /network/ip/dhcp/host[@ip="192.168.122.50"]/@mac)'
check networks/static-lease/entry is "$default_live" "$entry" '1 52:54:00:aa:bb:cc'
check networks/static-lease/entry is "$default_kept" "$entry" '1 52:54:00:aa:bb:cc'
check networks/static-lease/lease has "$leases" ' 192\.168\.122\.50/24 '

step=networks/port-forward/forward
check $step [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
check $step has "$(sudo -n nft list ruleset)" 'tcp dport 2222 dnat to 192\.168\.122\.50:22'
check $step has "$(sudo -n nft list chain ip labb pre)" 'type nat hook prerouting priority dstnat'
check $step has "$(sudo -n nft list chain ip filter FORWARD | sed '/jump LIBVIRT_FWI/q')" \
  'oifname "virbr0" ct status dnat .*accept$'

domain snapshots/create ubuntu-vm
snapshot=$(virsh snapshot-dumpxml ubuntu-vm snap1)
check snapshots/create/snapshot is "$snapshot" 'normalize-space(/domainsnapshot/description) != ""' true
reverted() {
  local children
  children=$(virsh snapshot-list ubuntu-vm --name --from snap1 | grep -c .)
  [ "$children" -ge 2 ] || { [ "$children" -eq 1 ] && [ "$(virsh snapshot-current ubuntu-vm --name)" = snap1 ]; }
}
check snapshots/revert/reverted reverted
tree=$(virsh snapshot-list ubuntu-vm --parent | awk 'NR > 2 && NF { print $1 "<" $6 }' | sort | paste -sd ' ')
check snapshots/delete/deleted lacks "$tree" '(^| )snap-tmp<'
inside=$(sudo -n qemu-img info -U --output=json /var/lib/libvirt/images/ubuntu-vm.qcow2)
check snapshots/delete/deleted lacks "$inside" '"name": "snap-tmp"'
check snapshots/tree/tree [ "$tree" = 'snap1< snap2<snap1 snap3<snap2 snap4<snap1' ]
check snapshots/uefi/firmware has "$(virsh version --daemon)" '^Running against daemon: [0-9]'

exit $failed
