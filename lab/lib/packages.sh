# shellcheck shell=bash
# What the lab needs from the distribution. Sourced by lab/up, the benches and the VM tests.

# Says why and ends the script: one sentence, then what to do.
lab_fail() {
    printf 'lab: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf 'lab: %s\n' "$2" >&2
    exit 1
}

# Runs a command as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        lab_fail "'$1' needs root and there is no sudo" "run this as root"
    fi
}

# Installs what is missing: pairs of command (or file) and package.
# A package's services are kept from starting: the lab wants the programs only.
packages_need() {
    local missing=() policy=/usr/sbin/policy-rc.d wrote=0
    while [ $# -gt 1 ]; do
        if ! command -v "$1" >/dev/null && [ ! -e "$1" ]; then
            missing+=("$2")
        fi
        shift 2
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || lab_fail "missing: ${missing[*]}; this machine has no apt-get" "install them by hand (the lab is for Debian and Ubuntu)"
    echo "lab: installing ${missing[*]}" >&2
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
        wrote=1
    fi
    local status=0
    {
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
            { as_root apt-get update -qq &&
                as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; }
    } >/dev/null 2>"${TMPDIR:-/tmp}/hvi-apt.$$" || status=$?
    [ $wrote = 0 ] || as_root rm -f $policy
    if [ $status != 0 ]; then
        tail -5 "${TMPDIR:-/tmp}/hvi-apt.$$" >&2
        rm -f "${TMPDIR:-/tmp}/hvi-apt.$$"
        lab_fail "apt-get could not install ${missing[*]}" "see the lines above; is a package source configured?"
    fi
    rm -f "${TMPDIR:-/tmp}/hvi-apt.$$"
}

# Everything that boots guests.
packages_for_guests() {
    packages_need \
        qemu-system-x86_64 qemu-system-x86 \
        busybox busybox-static \
        cpio cpio \
        socat socat \
        curl curl \
        dpkg-deb dpkg
    # Debian's busybox package is dynamic and cannot live in an initramfs alone.
    if ldd "$(command -v busybox)" >/dev/null 2>&1; then
        packages_need /lab/no-such-file busybox-static
    fi
}

# Everything that links the agent as one static binary.
packages_for_agent() {
    packages_need \
        clang clang \
        ld.lld lld \
        /usr/include/zlib.h zlib1g-dev \
        /usr/include/stdio.h libc6-dev
}
