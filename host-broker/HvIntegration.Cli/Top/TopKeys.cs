using HvIntegration.Api.Contract;

namespace HvIntegration.Cli.Top;

/// <summary>What each key does to the model.</summary>
internal static class TopKeys
{
    private const int FilterMax = 40;

    /// <summary>Applies one key to the model.</summary>
    /// <param name="model">The model that the key changes.</param>
    /// <param name="key">The key that was pressed.</param>
    /// <param name="page">Lines of a page.</param>
    /// <returns>False when it is time to quit.</returns>
    public static bool Press(TopModel model, ConsoleKeyInfo key, int page)
    {
        if (model.Help)
        {
            model.Help = false;
            return true;
        }

        return model.Typing ? Type(model, key) : model.Open is not null ? InVm(model, key, page) : InFleet(model, key, page);
    }

    private static bool Type(TopModel model, ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                model.Typing = false;
                break;
            case ConsoleKey.Escape:
                model.Typing = false;
                model.Filter = "";
                break;
            case ConsoleKey.Backspace:
                model.Filter = model.Filter.Length > 0 ? model.Filter[..^1] : "";
                break;
            default:
                if (!char.IsControl(key.KeyChar) && model.Filter.Length < FilterMax)
                {
                    model.Filter += key.KeyChar;
                }

                break;
        }

        return true;
    }

    private static bool InVm(TopModel model, ConsoleKeyInfo key, int page)
    {
        switch (key.Key)
        {
            case ConsoleKey.Escape or ConsoleKey.Backspace:
                model.Open = null;
                model.Vm = null;
                break;
            case ConsoleKey.UpArrow:
                model.Scroll--;
                break;
            case ConsoleKey.DownArrow:
                model.Scroll++;
                break;
            case ConsoleKey.PageUp:
                model.Scroll -= page;
                break;
            case ConsoleKey.PageDown or ConsoleKey.Spacebar:
                model.Scroll += page;
                break;
            case ConsoleKey.LeftArrow:
                Other(model, -1);
                break;
            case ConsoleKey.RightArrow:
                Other(model, 1);
                break;
            default:
                switch (key.KeyChar)
                {
                    case 'q':
                        return false;
                    case '?':
                        model.Help = true;
                        break;
                    case 'k':
                        model.Scroll--;
                        break;
                    case 'j':
                        model.Scroll++;
                        break;
                }

                break;
        }

        return true;
    }

    private static bool InFleet(TopModel model, ConsoleKeyInfo key, int page)
    {
        switch (key.Key)
        {
            case ConsoleKey.UpArrow:
                model.Move(-1);
                break;
            case ConsoleKey.DownArrow:
                model.Move(1);
                break;
            case ConsoleKey.PageUp:
                model.Move(-page);
                break;
            case ConsoleKey.PageDown or ConsoleKey.Spacebar:
                model.Move(page);
                break;
            case ConsoleKey.Home:
                model.Move(int.MinValue / 2);
                break;
            case ConsoleKey.End:
                model.Move(int.MaxValue / 2);
                break;
            case ConsoleKey.Enter:
                Open(model, model.Shown());
                break;
            case ConsoleKey.Escape:
                model.Filter = "";
                break;
            default:
                return Letter(model, key.KeyChar);
        }

        return true;
    }

    private static bool Letter(TopModel model, char letter)
    {
        switch (letter)
        {
            case 'q':
                return false;
            case '?':
                model.Help = true;
                break;
            case '/':
                model.Typing = true;
                break;
            case 'R':
                model.Reversed = !model.Reversed;
                break;
            case 'k':
                model.Move(-1);
                break;
            case 'j':
                model.Move(1);
                break;
            case 's':
                model.Order = Next(model.Order, 1);
                break;
            case 'S':
                model.Order = Next(model.Order, -1);
                break;
            default:
                model.Order = letter switch
                {
                    'h' => TopOrder.Harm,
                    'n' => TopOrder.Name,
                    'b' => TopOrder.Busy,
                    'u' => TopOrder.Run,
                    'r' => TopOrder.Ready,
                    't' => TopOrder.Steal,
                    'm' => TopOrder.Memory,
                    'd' => TopOrder.Disk,
                    _ => model.Order,
                };
                break;
        }

        return true;
    }

    private static TopOrder Next(TopOrder order, int by)
    {
        int count = Enum.GetValues<TopOrder>().Length;
        return (TopOrder)(((int)order + by + count) % count);
    }

    private static void Open(TopModel model, IReadOnlyList<VmSummary> shown)
    {
        if (shown.Count > 0)
        {
            model.Selected = model.Open = shown[model.IndexOf(shown)].Id;
            model.Vm = null;
            model.Scroll = 0;
        }
    }

    private static void Other(TopModel model, int by)
    {
        model.Move(by);
        if (model.Selected != model.Open)
        {
            Open(model, model.Shown());
        }
    }
}
