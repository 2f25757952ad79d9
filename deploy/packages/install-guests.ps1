#Requires -Version 5.1
#Requires -RunAsAdministrator
#Requires -Modules Hyper-V

<#
.SYNOPSIS
Brings the HvIntegration guest agent into running virtual machines of this host. No guest network is used.
.DESCRIPTION
Windows guests (10, Server 2016 and newer): the MSI goes in over PowerShell Direct (VMBus) and is installed silently; its service must run then.
Linux guests: the static agent and its unit go in with Copy-VMFile (Guest Service Interface); the guest's root then runs the printed line.
One line per virtual machine tells what was done or why not, a last line counts them. Run again, it upgrades.
Exit status: 0 no machine failed, 1 at least one did, 2 nothing was begun.
.PARAMETER Msi
Package of the agent for Windows guests. Without it they are skipped.
.PARAMETER Credential
An administrator's account inside the Windows guests. Guests with another one: run again with -Name.
.PARAMETER LinuxAgent
The static agent for Linux guests. Without it they are skipped.
.PARAMETER LinuxUnit
Its systemd unit, deploy/systemd/hvi-agent.service.
.PARAMETER Name
Names of virtual machines, or patterns such as web*. Default: all.
.EXAMPLE
.\install-guests.ps1 -Msi .\hvi-agent-0.2.0-x64.msi -Credential (Get-Credential)
.EXAMPLE
.\install-guests.ps1 -Msi .\hvi-agent-0.2.0-x64.msi -Credential $c -LinuxAgent .\hvi-agent -LinuxUnit .\hvi-agent.service -Name web*, db* -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $Msi,
    [pscredential] $Credential,
    [string] $LinuxAgent,
    [string] $LinuxUnit,
    [string[]] $Name = '*'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Stop-BeforeAnything([string] $Why) {
    $Host.UI.WriteErrorLine("install-guests: $Why")
    exit 2
}

# A full path: the service that copies into a guest has a working folder of its own.
function Resolve-GivenFile([string] $Parameter, [string] $Path) {
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { Stop-BeforeAnything "-${Parameter}: there is no file '$Path'" }
    (Resolve-Path -LiteralPath $Path).ProviderPath
}

# The guest's own word, from the Data Exchange service: the name of its system, or nothing.
function Get-GuestSystem([guid] $VmId) {
    $exchange = Get-CimInstance -Namespace root\virtualization\v2 -ClassName Msvm_KvpExchangeComponent -Filter "SystemName='$($VmId.ToString().ToUpperInvariant())'"
    if (-not $exchange) { return }
    foreach ($item in @($exchange.GuestIntrinsicExchangeItems | Where-Object { $_ })) {
        $entry = [xml] $item
        if ($entry.SelectSingleNode("/INSTANCE/PROPERTY[@NAME='Name']/VALUE[text()='OSName']")) {
            return $entry.SelectSingleNode("/INSTANCE/PROPERTY[@NAME='Data']/VALUE").InnerText
        }
    }
}

function Install-WindowsGuest($Vm) {
    $session = New-PSSession -VMId $Vm.Id -Credential $Credential
    try {
        # Every user of the guest may create files in its folder for temporary files, and would own what he created first. Below Program Files only
        # administrators can: a folder of a random name there, with rights of its own.
        $folder = Invoke-Command -Session $session -ScriptBlock {
            $ErrorActionPreference = 'Stop'
            $new = "$env:ProgramFiles\hvi-agent-setup-$([guid]::NewGuid().ToString('N'))"
            $null = New-Item -ItemType Directory -Path $new
            $null = icacls.exe $new /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F'
            if ($LASTEXITCODE -ne 0) { throw "icacls ended with $LASTEXITCODE; the rights of $new are not known" }
            $new
        }
        Copy-Item -ToSession $session -LiteralPath $Msi -Destination "$folder\hvi-agent.msi"
        # The block runs in the guest: it sees nothing of this script but its arguments.
        Invoke-Command -Session $session -ArgumentList $folder -ScriptBlock {
            param($Folder)
            $ErrorActionPreference = 'Stop'
            $package = "$Folder\hvi-agent.msi"
            $log = "$Folder\hvi-agent.log"
            try {
                $run = Start-Process -FilePath msiexec.exe -Wait -PassThru -ArgumentList '/i', "`"$package`"", '/qn', '/norestart', '/l*v', "`"$log`""
            }
            finally {
                Remove-Item -LiteralPath $package
            }
            # 3010: done, some files are replaced at the next start of the guest.
            if ($run.ExitCode -notin 0, 3010) { throw "msiexec ended with $($run.ExitCode); in the guest, $log says why" }
            Remove-Item -LiteralPath $Folder -Recurse
            $notes = if ($run.ExitCode -eq 3010) { '; restart the guest to finish' } else { '' }
            # The counters of remote sessions and GPUs are for Performance Monitor Users, the service is LocalService. By SID: names differ by language.
            try {
                Add-LocalGroupMember -SID 'S-1-5-32-558' -Member 'S-1-5-19'
                $isNew = $true
            }
            catch {
                $isNew = $false
                if ($_.FullyQualifiedErrorId -notlike 'MemberExists*') { $notes += "; without the counters of remote sessions and GPUs: $($_.Exception.Message)" }
            }
            # A membership counts from the service's next start.
            if ($isNew) { Restart-Service -Name hvi-agent }
            $status = (Get-Service -Name hvi-agent).Status
            if ("$status" -ne 'Running') { throw "installed, but the service hvi-agent is $status; the guest's Application log says why" }
            "installed, its service runs$notes"
        }
    }
    finally {
        Remove-PSSession -Session $session
    }
}

function Copy-ToLinuxGuest($Vm) {
    # By id: the service's name differs by language.
    $service = $Vm | Get-VMIntegrationService | Where-Object { $_.Id -like '*\6C09BB55-D683-4DA0-8931-C9BF705F6480' }
    if (-not $service) { throw 'it has no Guest Service Interface: its configuration version is too old' }
    if (-not $service.Enabled) { throw "the Guest Service Interface is off; first: Get-VM -Id $($Vm.Id) | Enable-VMIntegrationService -Name '$($service.Name)'" }
    # A folder that only root may write to. Not the final places: a program that runs cannot be written to.
    $folder = '/usr/local/lib/hvi-agent'
    foreach ($file in $LinuxAgent, $LinuxUnit) {
        $Vm | Copy-VMFile -SourcePath $file -DestinationPath "$folder/" -FileSource Host -CreateFullPath -Force
    }
    $agent = Split-Path -Leaf $LinuxAgent
    $unit = Split-Path -Leaf $LinuxUnit
    "copied; run in the guest as root: install -m 755 '$folder/$agent' /usr/local/bin/hvi-agent && " +
        "install -m 644 '$folder/$unit' /etc/systemd/system/hvi-agent.service && systemctl daemon-reload && systemctl enable hvi-agent && systemctl restart hvi-agent"
}

if (-not $Msi -and -not $LinuxAgent) { Stop-BeforeAnything 'give -Msi and -Credential for Windows guests, -LinuxAgent and -LinuxUnit for Linux guests, or all four' }
if ($Msi -and -not $Credential) { Stop-BeforeAnything "-Msi needs -Credential, an administrator's account inside the guests: -Credential (Get-Credential)" }
if ([bool] $LinuxAgent -ne [bool] $LinuxUnit) { Stop-BeforeAnything '-LinuxAgent and -LinuxUnit go together' }
if ($Msi) { $Msi = Resolve-GivenFile 'Msi' $Msi }
if ($LinuxAgent) {
    $LinuxAgent = Resolve-GivenFile 'LinuxAgent' $LinuxAgent
    $LinuxUnit = Resolve-GivenFile 'LinuxUnit' $LinuxUnit
}

try { $machines = @(Get-VM) } catch { Stop-BeforeAnything "Hyper-V does not list its virtual machines: $($_.Exception.Message)" }
foreach ($pattern in $Name) {
    if (-not ($machines | Where-Object { $_.Name -eq $pattern -or $_.Name -like $pattern })) { Stop-BeforeAnything "-Name: no virtual machine here is called '$pattern'" }
}

$counts = @{ installed = 0; copied = 0; skipped = 0; failed = 0 }
foreach ($vm in $machines | Where-Object { $machine = $_; $Name | Where-Object { $machine.Name -eq $_ -or $machine.Name -like $_ } }) {
    $isRunning = $vm.State -eq 'Running'
    $system = $null
    try {
        if ($isRunning) { $system = Get-GuestSystem $vm.Id }
        # PowerShell Direct needs no Data Exchange: who says nothing may be a Windows.
        $wantsMsi = -not $system -or $system -like '*Windows*'
        $action = if ($wantsMsi) { 'install the agent over PowerShell Direct' } else { 'copy the agent with Copy-VMFile' }
        $outcome = 'skipped'
        if (-not $isRunning) { $said = "skipped: it is $($vm.State); start it and run this again" }
        elseif ($system -like '*BSD*') { $said = "skipped: there is no agent for $system" }
        elseif ($wantsMsi -and -not $Msi) { $said = 'skipped: a Windows guest needs -Msi and -Credential' }
        elseif (-not $wantsMsi -and -not $LinuxAgent) { $said = "skipped: its system is $system, which needs -LinuxAgent and -LinuxUnit" }
        elseif (-not $PSCmdlet.ShouldProcess($vm.Name, $action)) { $said = 'skipped: nothing was changed' }
        elseif ($wantsMsi) {
            $said = Install-WindowsGuest $vm
            $outcome = 'installed'
        }
        else {
            $said = Copy-ToLinuxGuest $vm
            $outcome = 'copied'
        }
    }
    catch {
        $outcome = 'failed'
        $said = "FAILED: $($_.Exception.Message)"
        if ($isRunning -and -not $system) { $said += ' (The guest does not tell its system: it is still starting, or its Data Exchange service is off.)' }
    }
    $counts[$outcome]++
    '{0}: {1}' -f $vm.Name, $said
}
'{0} installed, {1} copied, {2} skipped, {3} failed' -f $counts.installed, $counts.copied, $counts.skipped, $counts.failed
exit [int]($counts.failed -gt 0)
