# shellcheck shell=bash
# Publishes the two programs once per state of their sources. HVI_DOTNET replaces "dotnet" where builds must queue.

# publish_agent REPO WORK: WORK/agent/hvi-agent, one static binary.
publish_agent() {
    packages_for_agent
    publish_once "$1" "$2" agent guest-agent -r linux-x64
}

# publish_broker REPO WORK: WORK/hvi/hvi, needs the .NET runtime of this machine.
publish_broker() {
    publish_once "$1" "$2" hvi host-broker
}

# publish_probe REPO WORK: WORK/probe/HvIntegration.TransportProbe, the transport tests as one static binary.
publish_probe() {
    packages_for_agent
    publish_once "$1" "$2" probe "tests/HvIntegration.TransportProbe host-broker/HvIntegration.Ingest/Listening" -r linux-x64
}

# publish_windows_agent REPO WORK: WORK/agent-win/hvi-agent.exe and its folder, with the runtime. NativeAOT for Windows needs a
# Windows linker; the same code runs on CoreCLR.
publish_windows_agent() {
    publish_with_runtime "$1" "$2" agent-win guest-agent win-x64
}

# publish_windows_broker REPO WORK: WORK/hvi-win/hvi.exe and its folder, with the runtime.
publish_windows_broker() {
    publish_with_runtime "$1" "$2" hvi-win host-broker win-x64
}

# publish_linux_broker REPO WORK: WORK/hvi-linux/hvi and its folder, with the runtime: what the packages for Linux hold.
publish_linux_broker() {
    publish_with_runtime "$1" "$2" hvi-linux host-broker linux-x64
}

# publish_with_runtime REPO WORK NAME FOLDER RID. A lock file and an obj folder of its own: those of the repository belong to its own builds.
publish_with_runtime() {
    publish_once "$1" "$2" "$3" "$4" -r "$5" --self-contained -p:PublishAot=false -p:PublishReadyToRun=false -p:PublishSingleFile=false \
        -p:RestoreLockedMode=false -p:NuGetLockFilePath="obj/$5.lock.json" --artifacts-path "$2/$3-build"
}

# publish_once REPO WORK NAME FOLDERS [MORE…]: nothing is done when WORK/NAME was made from exactly these sources.
publish_once() {
    local repo=$1 work=$2 name=$3 folders=$4 project sum lock
    shift 4
    case $name in
        agent | agent-win) project=guest-agent/HvIntegration.GuestAgent ;;
        probe) project=tests/HvIntegration.TransportProbe ;;
        *) project=host-broker/HvIntegration.HostBroker ;;
    esac
    mkdir -p "$work"
    exec {lock}>"$work/.$name.lock"
    flock "$lock"
    # shellcheck disable=SC2086  # several folders
    sum=$(cd "$repo" && find $folders protocol Directory.*.props global.json -type f -not -path '*/bin/*' -not -path '*/obj/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
    if [ "$(cat "$work/$name.sum" 2>/dev/null)" != "$sum" ] || [ ! -d "$work/$name" ]; then
        command -v dotnet >/dev/null || lab_fail "no dotnet on the path" "install the .NET 10 SDK"
        echo "lab: publishing $project (a minute or two)" >&2
        rm -rf "$work/$name" "$work/$name.new"
        # Build servers would outlive this script; the lab leaves nothing behind.
        if ! ${HVI_DOTNET:-dotnet} publish "$repo/$project" -c Release "$@" -o "$work/$name.new" --disable-build-servers >"$work/$name.log" 2>&1; then
            grep -E 'error|warning' "$work/$name.log" | sort -u | head -20 >&2
            lab_fail "dotnet publish of $project failed" "see $work/$name.log"
        fi
        rm -f "$work/$name.new"/*.dbg "$work/$name.new"/*.pdb
        mv "$work/$name.new" "$work/$name"
        echo "$sum" >"$work/$name.sum"
    fi
    exec {lock}>&-
}
