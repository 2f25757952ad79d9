using System.ComponentModel;
using System.Runtime.InteropServices;

namespace HvIntegration.TransportProbe.PeekGuard;

/// <summary>Makes this process see sockets as Linux <c>hv_sock</c> shows them: a receive with MSG_PEEK fails with EOPNOTSUPP.</summary>
internal static unsafe partial class PeekFilter
{
    private const int PrSetNoNewPrivs = 38;
    private const int SeccompSetModeFilter = 1;
    private const int SeccompFilterFlagTsync = 1;
    private const uint ReturnAllow = 0x7FFF0000;
    private const uint ReturnErrno = 0x00050000;
    private const uint OperationNotSupported = 95;
    private const uint MessagePeek = 2;

    // Offsets in struct seccomp_data: nr, arch, instruction_pointer, args[6] of 8 bytes, low half first.
    private const uint OffsetNumber = 0;
    private const uint OffsetArchitecture = 4;

    private const ushort Load = 0x20;
    private const ushort JumpEqual = 0x15;
    private const ushort JumpSet = 0x45;
    private const ushort Return = 0x06;

    /// <summary>Installs the filter on every thread, for the rest of the process's life.</summary>
    /// <exception cref="Win32Exception">The kernel refused it.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux on x64 or arm64.</exception>
    public static void Install()
    {
        var (architecture, seccomp, receiveFrom, receiveMessage) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 when OperatingSystem.IsLinux() => (0xC000003Eu, (nint)317, 45u, 47u),
            Architecture.Arm64 when OperatingSystem.IsLinux() => (0xC00000B7u, (nint)277, 207u, 212u),
            _ => throw new PlatformNotSupportedException("the peek filter knows Linux on x64 and arm64"),
        };

        // recvfrom(fd, buffer, length, flags, …) has its flags in argument 3, recvmsg(fd, message, flags) in argument 2.
        ReadOnlySpan<Instruction> program =
        [
            new(Load, 0, 0, OffsetArchitecture),
            new(JumpEqual, 0, 8, architecture),
            new(Load, 0, 0, OffsetNumber),
            new(JumpEqual, 3, 0, receiveFrom),
            new(JumpEqual, 0, 5, receiveMessage),
            new(Load, 0, 0, OffsetArgument(2)),
            new(JumpSet, 2, 3, MessagePeek),
            new(Load, 0, 0, OffsetArgument(3)),
            new(JumpSet, 0, 1, MessagePeek),
            new(Return, 0, 0, ReturnErrno | OperationNotSupported),
            new(Return, 0, 0, ReturnAllow),
        ];

        if (SetProcessOption(PrSetNoNewPrivs, 1, 0, 0, 0) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "prctl(PR_SET_NO_NEW_PRIVS)");
        }

        fixed (Instruction* first = program)
        {
            // struct sock_fprog { unsigned short len; struct sock_filter *filter; }: the kernel copies both during the call.
            var filter = new Program { Length = (ushort)program.Length, First = first };
            if (SystemCall(seccomp, SeccompSetModeFilter, SeccompFilterFlagTsync, (nint)(&filter)) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError(), "seccomp(SECCOMP_SET_MODE_FILTER)");
            }
        }
    }

    private static uint OffsetArgument(int index) => 16 + (8 * (uint)index);

    // prctl takes five unsigned longs after its int; on 64-bit Linux passing registers to the variadic function is safe.
    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int SetProcessOption(int option, nint two, nint three, nint four, nint five);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint one, nint two, nint three);

    // struct sock_filter: 8 bytes; the jumps count from the next instruction.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte jumpTrue, byte jumpFalse, uint value)
    {
        private readonly ushort _code = code;
        private readonly byte _jumpTrue = jumpTrue;
        private readonly byte _jumpFalse = jumpFalse;
        private readonly uint _value = value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public Instruction* First;
    }
}
