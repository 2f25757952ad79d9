using System.Buffers.Binary;

namespace HvIntegration.Fuzz;

/// <summary>Makes new inputs of known ones.</summary>
/// <param name="random">Seeded.</param>
/// <param name="words">What the format knows.</param>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words)
{
    /// <summary>Longest input made, bytes.</summary>
    public const int LengthMax = 64 * 1024;

    private static readonly long[] Edges = [0, 1, -1, 127, 128, 255, 256, 32_767, 65_535, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    /// <summary>A changed copy of one input, at times with a part of another.</summary>
    public byte[] Change(byte[] from, byte[] other)
    {
        var bytes = new List<byte>(from);
        for (int changes = 1 << random.Next(0, 5); changes > 0; changes--)
        {
            Once(bytes, other);
        }

        return bytes.Count > LengthMax ? [.. bytes.Take(LengthMax)] : [.. bytes];
    }

    private void Once(List<byte> bytes, byte[] other)
    {
        int at = random.Next(bytes.Count + 1);
        switch (random.Next(11))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when at < bytes.Count:
                bytes[at] += (byte)random.Next(-16, 17);
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(Length(), bytes.Count - at));
                break;
            case 4 when bytes.Count > 0:
                int from = random.Next(bytes.Count);
                bytes.InsertRange(at, bytes.GetRange(from, Math.Min(Length(), bytes.Count - from)));
                break;
            case 5:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), Length()));
                break;
            case 6 when other.Length > 0:
                int begin = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(begin, Math.Min(Length(), other.Length - begin)).ToArray());
                break;
            case 7 when other.Length > 0:
                // The beginning of one, the end of another.
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[random.Next(other.Length)..]);
                break;
            case 8 when words.Count > 0:
                Put(bytes, at, words[random.Next(words.Count)], insert: random.Next(2) == 0);
                break;
            case 9:
                byte[] edge = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(edge, Edges[random.Next(Edges.Length)]);
                int size = 1 << random.Next(4);
                byte[] part = edge[..size];
                if (random.Next(2) == 0)
                {
                    Array.Reverse(part);
                }

                Put(bytes, at, part, insert: random.Next(4) == 0);
                break;
            default:
                string number = Edges[random.Next(Edges.Length)].ToString(System.Globalization.CultureInfo.InvariantCulture);
                Put(bytes, at, System.Text.Encoding.ASCII.GetBytes(number), insert: random.Next(2) == 0);
                break;
        }
    }

    private int Length() => 1 + random.Next(1 << random.Next(1, 10));

    private static void Put(List<byte> bytes, int at, byte[] part, bool insert)
    {
        if (!insert)
        {
            bytes.RemoveRange(at, Math.Min(part.Length, bytes.Count - at));
        }

        bytes.InsertRange(at, part);
    }
}
