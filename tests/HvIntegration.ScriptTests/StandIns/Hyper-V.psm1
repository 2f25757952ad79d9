# The cmdlets of the module Hyper-V that install-guests.ps1 uses, with the real ones' parameters; HyperVScene.cs knows what they do.
# A call with a parameter that the real one has not fails here too.

# Tells the scene's own error, not that a method was called.
function Ask([scriptblock] $What) {
    try { & $What } catch [System.Management.Automation.MethodInvocationException] { throw $_.Exception.InnerException }
}

function Get-VM {
    [CmdletBinding()]
    param()
    Ask { $global:Scene.ListMachines() }
}

function Get-VMIntegrationService {
    [CmdletBinding()]
    param([Parameter(Mandatory, ValueFromPipeline)] [object[]] $VM)
    process { foreach ($one in $VM) { Ask { $global:Scene.GetType()::ListServices($one) } } }
}

function Copy-VMFile {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, ValueFromPipeline)] [object[]] $VM,
        [Parameter(Mandatory)] [string] $SourcePath,
        [Parameter(Mandatory)] [string] $DestinationPath,
        [Parameter(Mandatory)] [ValidateSet('Host')] [string] $FileSource,
        [switch] $CreateFullPath,
        [switch] $Force
    )
    process { foreach ($one in $VM) { Ask { $global:Scene.CopyFile($one, $SourcePath, $DestinationPath, $CreateFullPath, $Force) } } }
}

Export-ModuleMember -Function Get-VM, Get-VMIntegrationService, Copy-VMFile
