#!/bin/sh
# Becomes a sandbox: the first process of namespaces of its own, in a cgroup of its own. Argument: name of the cgroup.
set -eu
name=$1

# Version 2 has one hierarchy of cgroups, version 1 several.
hierarchies=/sys/fs/cgroup
[ -e /sys/fs/cgroup/cgroup.controllers ] || hierarchies=/sys/fs/cgroup/*
for hierarchy in $hierarchies; do
  group=$hierarchy/$name
  mkdir -p "$group"
  # A new group of version 1 has no processors and no memory.
  for resource in cpuset.cpus cpuset.mems; do
    if [ -e "$hierarchy/cgroup.clone_children" ] && [ -e "$group/$resource" ]; then
      cat "$hierarchy/$resource" >"$group/$resource"
    fi
  done
  echo $$ >"$group/cgroup.procs"
done

# The first process adopts what others leave behind, and waits for it.
exec unshare --net --mount --pid --cgroup --fork --kill-child --propagation=private \
  sh -c 'while :; do sleep infinity & wait; done'
