# shellcheck shell=bash
# Where the lab keeps things and which guests it has. Sourced first by every lab command.

LAB_REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB_WORK=${HVI_LAB_WORK:-$LAB_REPO/lab/.work}
LAB_RUN=${HVI_LAB_RUN:-$LAB_WORK/run}
LAB_URL=${HVI_LAB_URL:-http://127.0.0.1:8787}
# name, virtual processors, MiB. The numbers at the end of the UUIDs are the guests' positions here.
LAB_GUESTS=${HVI_LAB_GUESTS:-"vm1:1:256 vm2:1:256 vm3:4:384"}

for lab_part in packages kernel initramfs guests publish lab; do
    # shellcheck source=/dev/null
    . "$LAB_REPO/lab/lib/$lab_part.sh"
done

lab_guest_names() {
    local guest
    for guest in $LAB_GUESTS; do
        echo "${guest%%:*}"
    done
}

# Fails unless the name is a running guest of this lab. grep reads to the end: one that stops early ends the pipe's
# writer, and with pipefail the guest that is there would be none.
lab_guest_check() {
    lab_guest_names | grep -x -- "$1" >/dev/null || lab_fail "the lab has no guest '$1'" "guests: $(lab_guest_names | tr '\n' ' ')"
    process_alive "$LAB_RUN/$1.pid" || lab_fail "$1 is not running" "lab/up starts the lab"
}
