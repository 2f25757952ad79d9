# shellcheck shell=bash
# Boots, drives and ends guests. Every process is known by its number and start time, never by its name.

# guests_folder_check RUN: paths go into sockaddr_un (108 bytes) and into QEMU's comma lists.
guests_folder_check() {
    case $1 in
        *[[:space:],:]*) lab_fail "'$1' holds a space, comma or colon, which QEMU's options cannot carry" "set HVI_LAB_RUN to another folder, as /run/hvi-lab" ;;
    esac
    [ ${#1} -le 85 ] || lab_fail "'$1' is too long for Unix socket paths" "set HVI_LAB_RUN to a shorter folder, as /run/hvi-lab"
}

# process_record FILE PID: remembers the process so that another one with its number is never taken for it.
process_record() {
    echo "$2 $(process_start_time "$2")" >"$1"
}

# Start time of a process in ticks since boot; empty when it is gone. The name in parentheses may hold blanks.
process_start_time() {
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

# process_alive FILE: true while exactly the recorded process lives.
process_alive() {
    local pid started state
    [ -s "$1" ] && read -r pid started <"$1" && [ -n "$started" ] && [ "$(process_start_time "$pid")" = "$started" ] || return 1
    state=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1)
    [ "$state" != Z ]
}

# process_end FILE [SECONDS]: TERM, then after SECONDS (default 10) KILL; the record is removed.
process_end() {
    local pid started wait=$((${2:-10} * 10))
    if process_alive "$1"; then
        read -r pid started <"$1"
        kill -TERM "$pid" 2>/dev/null || true
        while process_alive "$1" && [ $wait -gt 0 ]; do
            sleep 0.1
            wait=$((wait - 1))
        done
        if process_alive "$1"; then
            echo "lab: process $pid did not end in time, killing it" >&2
            kill -KILL "$pid" 2>/dev/null || true
        fi
    fi
    rm -f "$1"
}

# qmp RUN VM COMMAND [ARGUMENTS-JSON]: one QMP command; prints the answer's line.
qmp() {
    local socket="$1/$2.monitor" arguments=${4:-}
    {
        printf '{"execute":"qmp_capabilities"}\n{"execute":"%s"%s,"id":"lab"}\n' "$3" "${arguments:+,\"arguments\":$arguments}"
        # socat leaves when its input ends, so the input stays open until the answer had time to come.
        sleep "${QMP_WAIT:-0.5}"
    } | timeout 5 socat -t 5 - "UNIX-CONNECT:$socket" 2>/dev/null | grep '"id": "lab"' || return 1
}

# guest_start RUN NAME UUID VCPUS MEMORY_MIB INITRAMFS [EXTRA QEMU ARGUMENTS…]
# The guest's sockets: RUN/NAME.qmp for the broker and RUN/NAME.monitor for the lab (QEMU talks to one client a socket),
# RUN/NAME.control for commands; the guest reaches RUN/NAME.agent.sock at 10.0.2.100:7777.
# GUEST_PREFIX goes before QEMU, as "taskset -c 0,1". The guest lives in the caller's session.
guest_start() {
    local run=$1 name=$2 uuid=$3 vcpus=$4 memory=$5 initramfs=$6 pid
    shift 6
    [ -e "$run/$name.disk" ] || truncate -s 512M "$run/$name.disk"
    [ -e "$run/$name.swap" ] || truncate -s 256M "$run/$name.swap"
    rm -f "$run/$name".{qmp,monitor,control,console}
    # shellcheck disable=SC2086  # a prefix is words
    ${GUEST_PREFIX:-} qemu-system-x86_64 \
        -name "$name,debug-threads=on" -uuid "$uuid" -accel "${HVI_LAB_ACCEL:-tcg}" -cpu max \
        -smp "$vcpus" -m "$memory" -nodefaults -display none -no-reboot \
        -kernel "$KERNEL_IMAGE" -initrd "$initramfs" \
        -append "console=ttyS0 panic=-1 quiet mitigations=off hvi.name=$name" \
        -serial "file:$run/$name.console" \
        -chardev "socket,id=control,path=$run/$name.control,server=on,wait=off" -serial chardev:control \
        -chardev "socket,id=qmp,path=$run/$name.qmp,server=on,wait=off" -mon chardev=qmp,mode=control \
        -chardev "socket,id=monitor,path=$run/$name.monitor,server=on,wait=off" -mon chardev=monitor,mode=control \
        -drive "if=none,id=data,file=$run/$name.disk,format=raw,cache=none,throttling.iops-total=0" -device virtio-blk-pci,drive=data,id=disk0 \
        -drive "if=none,id=swap,file=$run/$name.swap,format=raw,cache=none" -device virtio-blk-pci,drive=swap,id=disk1 \
        -device virtio-balloon-pci \
        -netdev "user,id=net0,restrict=on,guestfwd=tcp:10.0.2.100:7777-cmd:socat - UNIX-CONNECT:$run/$name.agent.sock" \
        -device virtio-net-pci,netdev=net0 \
        "$@" </dev/null >"$run/$name.qemu.log" 2>&1 &
    pid=$!
    disown "$pid"
    sleep 0.2
    process_record "$run/$name.pid" "$pid"
    process_alive "$run/$name.pid" || lab_fail "QEMU of $name ended at once: $(tail -3 "$run/$name.qemu.log" | tr '\n' ' ')"
}

# guest_run RUN NAME COMMAND [SECONDS]: runs a shell command line in the guest, prints its output, returns its status.
guest_run() {
    local run=$1 name=$2 command=$3 seconds=${4:-30} line status=124 lock
    exec {lock}>"$run/$name.control.lock"
    flock -w "$seconds" "$lock" || lab_fail "the control channel of $name is busy"
    coproc CONTROL { exec socat - "UNIX-CONNECT:$run/$name.control" 2>/dev/null; }
    local channel_in=${CONTROL[1]} channel_out=${CONTROL[0]} channel_pid=$CONTROL_PID
    # An answer that an earlier, impatient caller left behind ends before our own mark.
    local mark="HVI-$RANDOM$RANDOM"
    printf 'echo %s; %s\n' "$mark" "$command" >&"$channel_in"
    local deadline=$((SECONDS + seconds)) ours=0
    while [ $SECONDS -lt $deadline ] && IFS= read -r -t $((deadline - SECONDS)) line <&"$channel_out"; do
        line=${line%$'\r'}
        case $line in
            "$mark") ours=1 ;;
            "HVI-END "*) [ $ours = 0 ] || { status=${line#HVI-END }; break; } ;;
            *) [ $ours = 0 ] || printf '%s\n' "$line" ;;
        esac
    done
    kill "$channel_pid" 2>/dev/null || true
    wait "$channel_pid" 2>/dev/null || true
    exec {lock}>&-
    return "$status"
}

# guest_wait RUN NAME SECONDS: until the guest's init answers on the control channel.
guest_wait() {
    local deadline=$((SECONDS + $3))
    until grep -q 'lab: guest .* ready' "$1/$2.console" 2>/dev/null; do
        process_alive "$1/$2.pid" || lab_fail "$2 ended while booting" "see $1/$2.console and $1/$2.qemu.log"
        [ $SECONDS -lt $deadline ] || lab_fail "$2 did not boot within $3 s" "see $1/$2.console"
        sleep 0.5
    done
}

# guest_stop RUN NAME: QMP quit, then the recorded process number.
guest_stop() {
    if process_alive "$1/$2.pid"; then
        qmp "$1" "$2" quit >/dev/null 2>&1 || true
        local wait=30
        while process_alive "$1/$2.pid" && [ $wait -gt 0 ]; do
            sleep 0.1
            wait=$((wait - 1))
        done
    fi
    process_end "$1/$2.pid" 5
    rm -f "$1/$2".{qmp,monitor,control,control.lock}
}
