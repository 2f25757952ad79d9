# shellcheck shell=bash
# A kernel for the guests, unpacked from the distribution's package; nothing is installed.

# kernel_fetch WORK: sets KERNEL_IMAGE, KERNEL_MODULES (…/lib/modules/VERSION) and KERNEL_VERSION.
# Fetched once into WORK/kernel; a later call finds it there without a network.
kernel_fetch() {
    local folder="$1/kernel" package
    mkdir -p "$folder"
    exec {kernel_lock}>"$folder/.lock"
    flock "$kernel_lock"
    if [ ! -e "$folder/complete" ]; then
        rm -rf "$folder/tree" "$folder/deb"
        mkdir -p "$folder/tree" "$folder/deb"
        package=$(kernel_package)
        [ -n "$package" ] || { as_root apt-get update -qq >/dev/null 2>&1 || true; package=$(kernel_package); }
        [ -n "$package" ] || lab_fail "no kernel package found in the package sources" "the lab looks for linux-image-cloud-amd64 (Debian), linux-image-kvm or linux-image-generic (Ubuntu)"
        echo "lab: fetching $package" >&2
        kernel_download "$folder/deb" "$package" || lab_fail "apt-get could not download $package" "is a package source reachable?"
        local deb
        for deb in "$folder"/deb/*.deb; do
            dpkg-deb -x "$deb" "$folder/tree" || lab_fail "cannot unpack $deb" "is the disk full?"
        done
        rm -rf "$folder/deb"
        # Debian ships /lib/modules, newer releases /usr/lib/modules.
        if [ ! -d "$folder/tree/lib/modules" ]; then
            mkdir -p "$folder/tree/lib"
            ln -s ../usr/lib/modules "$folder/tree/lib/modules"
        fi
        touch "$folder/complete"
    fi
    # shellcheck disable=SC2034  # read by callers
    KERNEL_IMAGE=$(find "$folder/tree/boot" -name 'vmlinuz-*' -print -quit)
    KERNEL_VERSION=${KERNEL_IMAGE##*/vmlinuz-}
    KERNEL_MODULES=$folder/tree/lib/modules/$KERNEL_VERSION
    [ -f "$KERNEL_IMAGE" ] && [ -d "$KERNEL_MODULES" ] || lab_fail "$folder holds no kernel with its modules" "delete the folder and start again"
    # The package leaves the dependency list to its installer; busybox makes it as well.
    if [ ! -s "$KERNEL_MODULES/modules.dep" ]; then
        busybox depmod -b "$folder/tree" "$KERNEL_VERSION" || lab_fail "busybox depmod failed on $KERNEL_MODULES"
    fi
    flock -u "$kernel_lock"
    exec {kernel_lock}>&-
}

# Name of the package that holds the kernel, behind the distribution's moving name.
kernel_package() {
    local name real
    for name in linux-image-cloud-amd64 linux-image-kvm linux-image-virtual linux-image-generic; do
        real=$(apt-cache depends --no-recommends --no-suggests "$name" 2>/dev/null | awk '$1 == "Depends:" && $2 ~ /^linux-image-(unsigned-)?[0-9]/ && !found { found = $2 } END { print found }')
        if [ -n "$real" ]; then
            echo "$real"
            return
        fi
    done
}

# Ubuntu keeps most modules in packages of their own beside the image.
kernel_download() {
    local folder=$1 package=$2 version=${2#linux-image-} extra
    version=${version#unsigned-}
    (cd "$folder" && apt-get download -qq "$package" >/dev/null 2>&1) || return 1
    for extra in "linux-modules-$version" "linux-modules-extra-$version"; do
        if apt-cache show "$extra" >/dev/null 2>&1; then
            (cd "$folder" && apt-get download -qq "$extra" >/dev/null 2>&1) || return 1
        fi
    done
}
