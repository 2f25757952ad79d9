# What the host's PowerShell has for PowerShell Direct and WMI: the real ones need a Hyper-V host. HyperVScene.cs knows what they do.

function Ask([scriptblock] $What) {
    try { & $What } catch [System.Management.Automation.MethodInvocationException] { throw $_.Exception.InnerException }
}

function New-PSSession {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [guid[]] $VMId, [Parameter(Mandatory)] [pscredential] $Credential)
    Ask { $global:Scene.Connect($VMId[0], $Credential) }
}

function Invoke-Command {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [object[]] $Session, [Parameter(Mandatory)] [scriptblock] $ScriptBlock, [object[]] $ArgumentList = @())
    # As text, as over the wire: nothing of the caller goes with it.
    Ask { $global:Scene.Run($Session[0], $ScriptBlock.ToString(), $ArgumentList) }
}

function Copy-Item {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [string[]] $LiteralPath, [Parameter(Mandatory)] [string] $Destination, [Parameter(Mandatory)] [object] $ToSession)
    Ask { $global:Scene.CopyItem($ToSession, $LiteralPath[0], $Destination) }
}

function Remove-PSSession {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [object[]] $Session)
    Ask { $global:Scene.Disconnect($Session[0]) }
}

function Get-CimInstance {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Namespace, [Parameter(Mandatory)] [string] $ClassName, [string] $Filter)
    Ask { $global:Scene.Query($Namespace, $ClassName, $Filter) }
}
