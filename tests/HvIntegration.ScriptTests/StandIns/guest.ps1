# What a Windows guest has and this machine's PowerShell has not. Files are real: the guest's drive C: is a folder.
$env:SystemRoot = 'C:\Windows'
$env:ProgramFiles = 'C:\Program Files'
$null = New-PSDrive -Name C -PSProvider FileSystem -Root $global:Guest.DriveC -Scope Global

function Start-Process {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [string] $FilePath, [string[]] $ArgumentList, [switch] $Wait, [switch] $PassThru)
    $package = $ArgumentList[1].Trim('"')
    $content = if (Test-Path -LiteralPath $package) { Get-Content -LiteralPath $package -Raw } else { 'no file' }
    # Without -Wait there is no exit code yet, without -PassThru nothing comes back.
    $code = $global:Guest.Install("$FilePath $($ArgumentList -join ' ')", $content)
    if ($PassThru) { [pscustomobject] @{ ExitCode = if ($Wait) { $code } } }
}

function Add-LocalGroupMember {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [string] $SID, [Parameter(Mandatory)] [string[]] $Member)
    if ($global:Guest.RefusesGroups) { Write-Error -ErrorId 'Internal' -Message 'The server does not support local groups.' }
    elseif (-not $global:Guest.Join($SID, $Member[0])) { Write-Error -ErrorId 'MemberExists' -Message "$($Member[0]) is already a member." }
}

function Get-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string[]] $Name)
    if (-not $global:Guest.IsInstalled) { Write-Error "Cannot find any service with service name '$($Name[0])'." }
    [pscustomobject] @{ Name = $Name[0]; Status = $global:Guest.ServiceStatus }
}

function Restart-Service {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [string[]] $Name)
    $global:Guest.Restart($Name[0])
}

function icacls.exe {
    $global:Guest.Protect($args -join ' ')
    $global:LASTEXITCODE = 0
}
