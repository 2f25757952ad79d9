# shellcheck shell=bash
# What the two socket tests share. The lab's parts do the work.

# shellcheck source=../../lab/lib/settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lab/lib/settings.sh"

# vm_prepare: kernel and probe, fetched and published once.
vm_prepare() {
    packages_for_guests
    kernel_fetch "$LAB_WORK"
    publish_probe "$LAB_REPO" "$LAB_WORK"
    VM_PROBE=$LAB_WORK/probe/HvIntegration.TransportProbe
    VM_FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/hvi-vm.XXXXXX")
    trap 'rm -rf "$VM_FOLDER"' EXIT
}

# vm_initramfs INIT OUT MODULE…: the probe, an init script of tests/vm/guest and modules.
vm_initramfs() {
    local init=$1 out=$2 root="$VM_FOLDER/root-$1"
    shift 2
    initramfs_begin "$root"
    initramfs_modules "$root" "$@"
    initramfs_file "$root" "$VM_PROBE" /bin/probe
    initramfs_file "$root" "$LAB_REPO/tests/vm/guest/$init" /init
    if declare -F "vm_more_$init" >/dev/null; then
        "vm_more_$init" "$root"
    fi
    initramfs_pack "$root" "$out"
    rm -rf "$root"
}

# vm_boot SECONDS MEMORY_MIB INITRAMFS: boots on this machine, prints its console, ends with it.
vm_boot() {
    timeout "$1" qemu-system-x86_64 -accel "${HVI_LAB_ACCEL:-tcg}" -cpu max -smp 2 -m "$2" -nodefaults -display none -no-reboot \
        -kernel "$KERNEL_IMAGE" -initrd "$3" -append "console=ttyS0 panic=-1 quiet mitigations=off nokaslr" -serial stdio </dev/null
}
