using System.Runtime.InteropServices;

namespace HvIntegration.Transport.Files;

/// <summary>What Linux knows of a path: .NET tells the mode of a file, and not whose it is.</summary>
/// <param name="Type">The type bits of the mode.</param>
/// <param name="Mode">The other bits of the mode.</param>
/// <param name="User">Owner.</param>
/// <param name="Group">Group.</param>
/// <param name="Identity">Which file it is.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ChangedNs">When content, rights or owner changed last, Unix nanoseconds.</param>
internal readonly partial record struct PathStatus(ushort Type, UnixFileMode Mode, uint User, uint Group, FileIdentity Identity, ulong Size, long ChangedNs)
{
    public const ushort Folder = 0x4000;
    public const ushort Link = 0xA000;
    public const ushort Socket = 0xC000;

    private const int AtCurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint BasicMask = 0x7ff;
    private const ushort TypeMask = 0xF000;
    private const ushort ModeMask = 0xFFF;

    // linux/stat.h: struct statx is 256 bytes and its fields are at these places on every ABI, which stat's own structure is not.
    private const int StatxBytes = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int SizeOffset = 40;
    private const int ChangeOffset = 96;
    private const int DeviceOffset = 136;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Changes with the file's content, rights and place.</summary>
    public string Stamp => FormattableString.Invariant($"{Identity.Device}/{Identity.Number}/{Size}/{ChangedNs}");

    /// <summary>Asks the system; null when the path is not there or may not be looked at.</summary>
    /// <param name="path">File, folder, link or socket.</param>
    /// <param name="follow">Asks about what a link points to, not about the link.</param>
    public static PathStatus? Read(string path, bool follow)
    {
        Span<byte> status = stackalloc byte[StatxBytes];
        status.Clear();
        if (Statx(AtCurrentFolder, path, follow ? 0 : NoFollow, BasicMask, ref MemoryMarshal.GetReference(status)) != 0)
        {
            return null;
        }

        ushort mode = MemoryMarshal.Read<ushort>(status[ModeOffset..]);
        return new PathStatus(
            (ushort)(mode & TypeMask), (UnixFileMode)(mode & ModeMask), MemoryMarshal.Read<uint>(status[UserOffset..]), MemoryMarshal.Read<uint>(status[GroupOffset..]),
            new FileIdentity(MemoryMarshal.Read<ulong>(status[DeviceOffset..]), MemoryMarshal.Read<ulong>(status[InodeOffset..])), MemoryMarshal.Read<ulong>(status[SizeOffset..]),
            (MemoryMarshal.Read<long>(status[ChangeOffset..]) * NanosecondsPerSecond) + MemoryMarshal.Read<uint>(status[(ChangeOffset + 8)..]));
    }

    // The buffer outlives the call: it is on the stack.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}
