using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary><c>netapi32.dll</c>: members of local groups.</summary>
internal static unsafe partial class NetApi32
{
    /// <summary>ERROR_MEMBER_IN_ALIAS: the account is a member already.</summary>
    public const int MemberInAlias = 1378;

    /// <summary>Adds an account to a local group.</summary>
    /// <param name="group">Name of the group, as this Windows writes it.</param>
    /// <param name="account">Binary form of the account's SID.</param>
    /// <returns>0 or the error number.</returns>
    public static int AddMember(string group, byte[] account)
    {
        fixed (char* name = group)
        fixed (byte* sid = account)
        {
            // LOCALGROUP_MEMBERS_INFO_0 is the pointer to the SID and nothing else.
            byte* member = sid;
            return NetLocalGroupAddMembers(null, name, 0, &member, 1);
        }
    }

    [LibraryImport("netapi32.dll")]
    private static partial int NetLocalGroupAddMembers(char* server, char* group, uint level, void* members, uint count);
}
