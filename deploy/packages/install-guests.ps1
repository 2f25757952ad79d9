#Requires -RunAsAdministrator
#Requires -Modules Hyper-V
<#
.SYNOPSIS
Installs the HvIntegration guest agent into running virtual machines of this host. No guest network is used.
.DESCRIPTION
Windows guests: the MSI goes in over PowerShell Direct (VMBus) and is installed silently; recovery actions are set.
Linux guests: the static agent and its unit go in with Copy-VMFile (Guest Service Interface); the guest's owner then runs the printed line.
One line per virtual machine tells what was done or why not. Exit status 0 when every machine was done, else 1.
.EXAMPLE
.\install-guests.ps1 -Msi .\hvi-agent-0.1.0-x64.msi -Credential (Get-Credential)
.EXAMPLE
.\install-guests.ps1 -Msi .\hvi-agent-0.1.0-x64.msi -LinuxAgent .\hvi-agent -LinuxUnit .\hvi-agent.service -Name web*, db* -Credential $c -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $Msi,
    [Parameter(Mandatory)] [pscredential] $Credential,
    [string] $LinuxAgent,
    [string] $LinuxUnit,
    [string[]] $Name = '*'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Install-WindowsGuest([guid] $VmId) {
    $session = New-PSSession -VMId $VmId -Credential $Credential
    try {
        $target = Invoke-Command -Session $session { Join-Path $env:SystemRoot 'Temp\hvi-agent.msi' }
        Copy-Item -ToSession $session -Path $Msi -Destination $target
        Invoke-Command -Session $session -ArgumentList $target {
            param($package)
            $run = Start-Process msiexec.exe -Wait -PassThru -ArgumentList '/i', "`"$package`"", '/qn', '/norestart'
            Remove-Item $package
            if ($run.ExitCode -notin 0, 3010) { throw "msiexec ended with $($run.ExitCode)" }
            # Started again after one second, whatever ended it.
            & sc.exe failure hvi-agent reset= 86400 actions= restart/1000/restart/1000/restart/1000 | Out-Null
            & sc.exe failureflag hvi-agent 1 | Out-Null
            # The counters of remote sessions and GPUs are for members of this group (S-1-5-32-558), whatever its name in this language.
            $group = (New-Object Security.Principal.SecurityIdentifier 'S-1-5-32-558').Translate([Security.Principal.NTAccount]).Value.Split('\')[-1]
            $account = (New-Object Security.Principal.SecurityIdentifier 'S-1-5-19').Translate([Security.Principal.NTAccount]).Value
            # Error 1378: it is a member already.
            & net.exe localgroup "$group" "$account" /add 2>$null | Out-Null
            Restart-Service hvi-agent
            "installed, service $((Get-Service hvi-agent).Status)"
        }
    }
    finally {
        Remove-PSSession $session
    }
}

function Install-LinuxGuest($Vm) {
    if (-not $LinuxAgent -or -not $LinuxUnit) { throw 'give -LinuxAgent and -LinuxUnit' }
    $service = $Vm | Get-VMIntegrationService | Where-Object { $_.Id -like '*\6C09BB55-D683-4DA0-8931-C9BF705F6480' }
    if (-not $service.Enabled) { throw "enable the Guest Service Interface: Enable-VMIntegrationService -VM (Get-VM -Id $($Vm.Id)) -Name '$($service.Name)'" }
    $Vm | Copy-VMFile -SourcePath $LinuxAgent -DestinationPath '/usr/local/bin/' -CreateFullPath -FileSource Host -Force
    $Vm | Copy-VMFile -SourcePath $LinuxUnit -DestinationPath '/etc/systemd/system/' -CreateFullPath -FileSource Host -Force
    'copied; run in the guest as root: chmod 755 /usr/local/bin/hvi-agent && systemctl daemon-reload && systemctl enable --now hvi-agent'
}

function Test-LinuxGuest($Vm) {
    # The guest's own word, from the Data Exchange service.
    $items = (Get-CimInstance -Namespace root\virtualization\v2 -ClassName Msvm_KvpExchangeComponent -Filter "SystemName='$($Vm.Id.ToString().ToUpperInvariant())'").GuestIntrinsicExchangeItems
    foreach ($item in $items) {
        $properties = ([xml] $item).INSTANCE.PROPERTY
        if (($properties | Where-Object NAME -eq 'Name').VALUE -eq 'OSName') {
            return ($properties | Where-Object NAME -eq 'Data').VALUE -notlike '*Windows*'
        }
    }
    return $false
}

$failed = 0
foreach ($vm in Get-VM | Where-Object { $vm = $_; $_.State -eq 'Running' -and ($Name | Where-Object { $vm.Name -like $_ }) }) {
    if (-not $PSCmdlet.ShouldProcess($vm.Name, 'install hvi-agent')) { continue }
    try {
        $said = if (Test-LinuxGuest $vm) { Install-LinuxGuest $vm } else { Install-WindowsGuest $vm.Id }
        "{0}: {1}" -f $vm.Name, $said
    }
    catch {
        $failed++
        "{0}: FAILED: {1}" -f $vm.Name, $_.Exception.Message
    }
}
exit [int]($failed -gt 0)
