# shellcheck shell=bash
# Builds an initramfs: busybox, kernel modules in loading order, the caller's files.
# Use: initramfs_begin DIR; initramfs_modules DIR virtio_net …; initramfs_file DIR FROM /to; initramfs_pack DIR OUT

# Empty tree with a static busybox and a link for each of its programs.
initramfs_begin() {
    local root=$1 name
    rm -rf "$root"
    mkdir -p "$root"/{bin,dev,etc,proc,sys,run,tmp,lib/modules,data}
    cp "$(command -v busybox)" "$root/bin/busybox"
    for name in $("$root/bin/busybox" --list); do
        [ "$name" = busybox ] || ln -s busybox "$root/bin/$name"
    done
}

# initramfs_modules DIR NAME…: copies modules with what they depend on and appends them to /etc/modules in the order
# they must be loaded. A module that is built into this kernel is left out; one that does not exist is an error.
initramfs_modules() {
    local root=$1 name path dependency order=()
    shift
    for name in "$@"; do
        path=$(initramfs_module_path "$name")
        if [ -z "$path" ]; then
            if grep -Eq "/${name//_/[-_]}\.ko" "$KERNEL_MODULES/modules.builtin" 2>/dev/null; then
                continue
            fi
            lab_fail "kernel $KERNEL_VERSION has no module $name"
        fi
        # modules.dep lists what a module needs nearest first, so the last one is loaded first.
        for dependency in $(sed -n "s|^$path: *||p" "$KERNEL_MODULES/modules.dep" | tr ' ' '\n' | tac) "$path"; do
            order+=("$dependency")
        done
    done
    for path in "${order[@]}"; do
        local file=${path##*/} plain
        plain=${file%%.ko*}.ko
        if [ ! -e "$root/lib/modules/$plain" ]; then
            case $file in
                *.ko) cp "$KERNEL_MODULES/$path" "$root/lib/modules/$plain" ;;
                *.ko.xz) xz -dc "$KERNEL_MODULES/$path" >"$root/lib/modules/$plain" ;;
                *.ko.zst) zstd -dcq "$KERNEL_MODULES/$path" >"$root/lib/modules/$plain" ;;
                *) lab_fail "module $path is packed in a way the lab cannot read" ;;
            esac
            echo "$plain" >>"$root/etc/modules"
        fi
    done
}

# Path of a module below the modules folder; the file may spell _ as -.
initramfs_module_path() {
    awk -F: -v wanted="(^|/)${1//_/[-_]}[.]ko([.]xz|[.]zst)?\$" '$1 ~ wanted { print $1; exit }' "$KERNEL_MODULES/modules.dep"
}

# initramfs_file DIR FROM TO [MODE]
initramfs_file() {
    install -D -m "${4:-755}" "$2" "$1$3"
}

# initramfs_pack DIR OUT: written whole or not at all. Uncompressed: unpacking under emulation costs more than reading.
initramfs_pack() {
    (cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$2.new" || lab_fail "cpio failed for $2"
    mv "$2.new" "$2"
}
