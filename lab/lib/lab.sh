# shellcheck shell=bash
# The parts of lab/up that tests and benches use alone: the guests' initramfs, the guests, the broker, waiting.

# lab_initramfs WORK: WORK/initramfs.cpio with the published agent as a service.
lab_initramfs() {
    local root="$1/initramfs" file
    initramfs_begin "$root"
    initramfs_modules "$root" virtio_pci virtio_net virtio_blk virtio_balloon ext4
    initramfs_file "$root" "$LAB_REPO/lab/guest/init" /init
    for file in burn-cpu burn-disk burn-memory leak-memory stress; do
        initramfs_file "$root" "$LAB_REPO/lab/guest/$file" "/bin/$file"
    done
    initramfs_file "$root" "$1/agent/hvi-agent" /bin/hvi-agent
    printf '%s\n' --broker tcp://10.0.2.100:7777 --allow-tcp >"$root/etc/agent.arguments"
    initramfs_pack "$root" "$1/initramfs.cpio"
    rm -rf "$root"
}

# Boots every guest of LAB_GUESTS. On a machine with more than two processors they share two, so that lab/stress can
# make them compete.
lab_guests_start() {
    local guest name vcpus memory number=0 cpus=${HVI_LAB_CPUS:-}
    if [ -z "$cpus" ]; then
        cpus=$(lab_two_processors)
    fi
    for guest in $LAB_GUESTS; do
        IFS=: read -r name vcpus memory <<<"$guest"
        number=$((number + 1))
        GUEST_PREFIX="taskset -c $cpus" guest_start "$LAB_RUN" "$name" "$(printf '1ab00000-0000-4000-8000-%012d' "$number")" "$vcpus" "$memory" "$1"
    done
}

# The first two processors this process may use, as taskset writes them.
lab_two_processors() {
    taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | awk -F- '{ for (i = $1; i <= (NF > 1 ? $2 : $1) && n < 2; i++) { printf "%s%s", (n++ ? "," : ""), i } }'
}

# broker_start WORK RUN URL: the qemu source on RUN, history in RUN/history.
broker_start() {
    local work=$1 run=$2 url=$3 pid
    setsid env HVI_BROKER__Source=qemu "HVI_BROKER__Qemu__SocketFolder=$run" "HVI_BROKER__History__Folder=$run/history" \
        "HVI_BROKER__Api__Url=$url" "$work/hvi/hvi" broker </dev/null >>"$run/broker.log" 2>&1 &
    pid=$!
    disown "$pid"
    # The broker must see the host's shortage, not suffer it.
    as_root renice -n -5 -p "$pid" >/dev/null || echo "lab: could not raise the broker's priority" >&2
    process_record "$run/broker.pid" "$pid"
}

# agents_wait RUN URL SECONDS: until the API says that every guest's agent is live.
agents_wait() {
    local deadline=$((SECONDS + $3)) live=0 wanted
    wanted=$(lab_guest_names | wc -l)
    while :; do
        live=$(curl -s --max-time 5 "$2/api/v1/vms" 2>/dev/null | grep -o '"agent": *"live"' | wc -l) || true
        [ "$live" -lt "$wanted" ] || return 0
        process_alive "$1/broker.pid" || { tail -5 "$1/broker.log" >&2; lab_fail "the broker ended" "see $1/broker.log"; }
        [ $SECONDS -lt $deadline ] || lab_fail "only $live of $wanted agents are live after $3 s" "see $1/broker.log and $1/*.console"
        sleep 1
    done
}
