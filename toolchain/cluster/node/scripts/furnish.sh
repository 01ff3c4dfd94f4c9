#!/bin/sh
# Furnishes a sandbox, from inside of it: folders that programs write to become its own, cgroups begin at its own, its end of
# the link to the machine gets its address. Nothing of it is seen outside, and all of it goes with the sandbox.
# Arguments: folder of the cluster, a short name for it, folder of the programs, a resolv.conf, name of the cgroup,
# address/prefix length, range of the Services, the machine's end of the link.
set -eu
cluster=$1 short=$2 programs=$3 resolv=$4 name=$5 address=$6 services=$7 machine=$8

# What is mounted below may hide these two.
exec 8<"$cluster" 9<"$programs"

mount -t proc proc /proc
for folder in /run /var/lib /var/log; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done

show() {
  if [ "$1/." -ef "/proc/self/fd/$2/." ]; then return; fi
  mkdir -p "$1"
  mount --bind "/proc/self/fd/$2" "$1"
}
show "$cluster" 8
show "$short" 8
show "$programs" 9

own=/run/cgroups
mkdir "$own"
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount --bind "/sys/fs/cgroup/$name" "$own"
else
  mount -t tmpfs -o mode=755 tmpfs "$own"
  for hierarchy in /sys/fs/cgroup/*; do
    if [ -h "$hierarchy" ]; then
      cp -P "$hierarchy" "$own"
    else
      mkdir "$own/${hierarchy##*/}"
      mount --bind "$hierarchy/$name" "$own/${hierarchy##*/}"
    fi
  done
fi
umount --recursive --lazy /sys/fs/cgroup
mount --move "$own" /sys/fs/cgroup

# It may be a link into /run.
target=$(readlink -m /etc/resolv.conf)
mkdir -p "$(dirname "$target")"
[ -e "$target" ] || : >"$target"
mount --bind "$resolv" "$target"

# The kubelet hands mounts on to containers.
mount --make-rshared /

ip link set lo up
ip address add "$address" dev eth0
ip link set eth0 up
# A program beside the pods, such as a controller that measures, calls Services too: the kernel asks for a route before
# kube-proxy's rules say where such an address really is. Nothing is ever sent that way.
ip route add "$services" via "$machine" dev eth0
echo 1 >/proc/sys/net/ipv4/ip_forward
