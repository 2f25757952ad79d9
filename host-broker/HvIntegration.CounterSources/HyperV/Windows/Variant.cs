using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace HvIntegration.CounterSources.HyperV.Windows;

/// <summary>VARIANT, 64-bit: type, then the value at offset 8.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal unsafe struct Variant
{
    private const ushort Array = 0x2000;
    private const ushort Int16 = 2;
    private const ushort Int32 = 3;
    private const ushort Single = 4;
    private const ushort Double = 5;
    private const ushort Text = 8;
    private const ushort Boolean = 11;
    private const ushort SByte = 16;
    private const ushort Byte = 17;
    private const ushort UInt16 = 18;
    private const ushort UInt32 = 19;
    private const ushort Int64 = 20;
    private const ushort UInt64 = 21;
    private const int ItemsMax = 65_536;

    [FieldOffset(0)]
    internal ushort Type;

    [FieldOffset(8)]
    internal long Bits;

    /// <summary>The value as <see cref="CimRow"/> has it; null for none and for kinds that no property of ours has.</summary>
    [SupportedOSPlatform("windows")]
    internal readonly object? Value()
    {
        if ((Type & Array) != 0)
        {
            return Items((ushort)(Type & ~Array), (nint)Bits);
        }

        long bits = Bits;
        return Type switch
        {
            Text => Bits == 0 ? null : Marshal.PtrToStringBSTR((nint)Bits),
            Boolean => (short)Bits != 0,
            Single => (double)BitConverter.Int32BitsToSingle((int)Bits),
            Double => BitConverter.Int64BitsToDouble(Bits),
            _ => Number(Type, (byte*)&bits),
        };
    }

    private static object? Number(ushort type, byte* at) => type switch
    {
        Int16 => (long)*(short*)at,
        Int32 => (long)*(int*)at,
        SByte => (long)*(sbyte*)at,
        Byte => (long)*at,
        UInt16 => (long)*(ushort*)at,
        UInt32 => (long)*(uint*)at,
        Int64 or UInt64 => *(long*)at,
        _ => null,
    };

    private static int SizeOf(ushort type) => type switch
    {
        SByte or Byte => 1,
        Int16 or UInt16 or Boolean => 2,
        Int32 or UInt32 => 4,
        Int64 or UInt64 or Text => 8,
        _ => 0,
    };

    [SupportedOSPlatform("windows")]
    private static object? Items(ushort type, nint array)
    {
        int size = SizeOf(type);
        if (array == 0 || size == 0 || Ole.SafeArrayGetLBound(array, 1, out int low) < 0 || Ole.SafeArrayGetUBound(array, 1, out int high) < 0
            || high - (long)low is < -1 or >= ItemsMax || Ole.SafeArrayAccessData(array, out void* data) < 0)
        {
            return null;
        }

        try
        {
            int count = high - low + 1;
            var texts = new string[type == Text ? count : 0];
            var numbers = new long[type == Text ? 0 : count];
            for (int i = 0; i < count; i++)
            {
                byte* at = (byte*)data + ((long)i * size);
                if (type == Text)
                {
                    texts[i] = *(nint*)at == 0 ? "" : Marshal.PtrToStringBSTR(*(nint*)at);
                }
                else
                {
                    numbers[i] = type == Boolean ? (*(short*)at != 0 ? 1 : 0) : Number(type, at) as long? ?? 0;
                }
            }

            return type == Text ? texts : numbers;
        }
        finally
        {
            _ = Ole.SafeArrayUnaccessData(array);
        }
    }
}
