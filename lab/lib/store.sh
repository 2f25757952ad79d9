# shellcheck shell=bash
# A store that can be made slow, and caps on a guest's processors. Needs root; what the machine lacks is an answer, not an error.

# store_make RUN: a file system on a loop device holds the guests' data disks. RUN/store.device names the device.
store_make() {
    local run=$1 device guest name
    [ -e /dev/loop-control ] && [ -d "$(blkio_root)" ] || return 1
    truncate -s 2560M "$run/store.img"
    mkfs.ext4 -q -F "$run/store.img" >/dev/null 2>&1 || return 1
    device=$(as_root losetup --find --show --direct-io=on "$run/store.img") || return 1
    mkdir -p "$run/store"
    as_root mount "$device" "$run/store" || { as_root losetup -d "$device"; return 1; }
    echo "$device" >"$run/store.device"
    for guest in $LAB_GUESTS; do
        name=${guest%%:*}
        as_root truncate -s 512M "$run/store/$name.disk"
        ln -s "$run/store/$name.disk" "$run/$name.disk"
    done
}

# store_unmake RUN
store_unmake() {
    [ -e "$1/store.device" ] || return 0
    as_root umount "$1/store" || true
    as_root losetup -d "$(cat "$1/store.device")" || true
}

# Block throttling of version 1 holds back what the loop device sends on for this guest, so the loop device itself
# becomes slow: its own disk statistics show it, QEMU's limits do not.
blkio_root() { echo /sys/fs/cgroup/blkio; }

# Major and minor number of the disk below RUN's file system.
store_below() {
    local number
    number=$(stat -c %d "$1/store.img")
    echo "$((number >> 8 & 0xfff)):$((number & 0xff))"
}

# store_slow RUN NAME IOPS
store_slow() {
    local group task below
    group=$(blkio_root)/hvi-lab-$2
    below=$(store_below "$1")
    as_root mkdir -p "$group"
    echo "$below $3" | as_root tee "$group/blkio.throttle.read_iops_device" >/dev/null
    echo "$below $3" | as_root tee "$group/blkio.throttle.write_iops_device" >/dev/null
    cut -d' ' -f1 "$1/$2.pid" | as_root tee "$group/cgroup.procs" >/dev/null
}

# store_slow_off RUN NAME
store_slow_off() {
    cut -d' ' -f1 "$1/$2.pid" | as_root tee "$(blkio_root)/cgroup.procs" >/dev/null
    as_root rmdir "$(blkio_root)/hvi-lab-$2" || true
}

# CPU quota: version 1 or 2, whichever is mounted.
cpu_cap_possible() { [ -e /sys/fs/cgroup/cpu/cpu.shares ] || grep -qw cpu /sys/fs/cgroup/cgroup.controllers 2>/dev/null; }

# cpu_cap RUN NAME PERCENT: of one processor.
cpu_cap() {
    local group
    if [ -e /sys/fs/cgroup/cpu/cpu.shares ]; then
        group=/sys/fs/cgroup/cpu/hvi-lab-$2
        as_root mkdir -p "$group"
        echo 100000 | as_root tee "$group/cpu.cfs_period_us" >/dev/null
        echo $(($3 * 1000)) | as_root tee "$group/cpu.cfs_quota_us" >/dev/null
    else
        group=/sys/fs/cgroup/hvi-lab-$2
        echo +cpu | as_root tee /sys/fs/cgroup/cgroup.subtree_control >/dev/null
        as_root mkdir -p "$group"
        echo "$(($3 * 1000)) 100000" | as_root tee "$group/cpu.max" >/dev/null
    fi
    cut -d' ' -f1 "$1/$2.pid" | as_root tee "$group/cgroup.procs" >/dev/null
}

# cpu_cap_off RUN NAME
cpu_cap_off() {
    local root=/sys/fs/cgroup
    [ ! -e $root/cpu/cpu.shares ] || root=$root/cpu
    cut -d' ' -f1 "$1/$2.pid" | as_root tee $root/cgroup.procs >/dev/null
    as_root rmdir "$root/hvi-lab-$2" || true
}
