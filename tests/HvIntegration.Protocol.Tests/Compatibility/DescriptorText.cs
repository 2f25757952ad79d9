using System.Text;
using Google.Protobuf.Reflection;

namespace HvIntegration.Protocol.Tests.Compatibility;

/// <summary>The wire contract as sorted lines, one for each thing that must never change.</summary>
internal static class DescriptorText
{
    public static IReadOnlyList<string> Lines(FileDescriptor file)
    {
        var lines = new List<string>();
        foreach (ServiceDescriptor service in file.Services)
        {
            foreach (MethodDescriptor method in service.Methods)
            {
                lines.Add($"rpc {service.FullName}/{method.Name} stream={method.IsClientStreaming} {method.InputType.FullName} -> stream={method.IsServerStreaming} {method.OutputType.FullName}");
            }
        }

        foreach (EnumDescriptor type in file.EnumTypes)
        {
            lines.AddRange(type.Values.Select(v => $"enum {type.FullName} {v.Number} {v.Name}"));
        }

        foreach (MessageDescriptor message in file.MessageTypes)
        {
            Add(message, lines);
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static void Add(MessageDescriptor message, List<string> lines)
    {
        foreach (FieldDescriptor field in message.Fields.InFieldNumberOrder())
        {
            var line = new StringBuilder($"field {message.FullName} {field.FieldNumber:0000} {field.Name} ");
            line.Append(field.IsRepeated ? "repeated " : field.HasPresence && field.FieldType != FieldType.Message ? "optional " : "");
            line.Append(field.FieldType switch
            {
                FieldType.Message => field.MessageType.FullName,
                FieldType.Enum => field.EnumType.FullName,
                _ => field.FieldType.ToString().ToLowerInvariant(),
            });
            if (field.ContainingOneof is { IsSynthetic: false } oneof)
            {
                line.Append(" oneof=").Append(oneof.Name);
            }

            if (field.IsPacked)
            {
                line.Append(" packed");
            }

            lines.Add(line.ToString());
        }

        foreach (MessageDescriptor nested in message.NestedTypes)
        {
            Add(nested, lines);
        }
    }
}
