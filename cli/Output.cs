using Spectre.Console;

namespace Steelyard.Cli;

/// <summary>What commands print on standard output: tables and lines for people, or JSON for scripts.</summary>
/// <param name="isJson">The user wants JSON.</param>
internal sealed class Output(bool isJson)
{
    // A table that goes to a file or to another program is not folded.
    private const int FileWidth = 4000;

    public bool IsJson => isJson;

    /// <summary>Whether a person looks at it now.</summary>
    public bool IsLive => !isJson && !Console.IsOutputRedirected;

    public IAnsiConsole Screen { get; } = Open();

    public static void Line(string text) => Console.Out.WriteLine(text);

    /// <summary>Writes rows under a head.</summary>
    public void Table(string[] head, IEnumerable<string?[]> rows) => Screen.Write(Grid(head, rows));

    /// <summary>Writes names and values, a line for each; those without a value are left out.</summary>
    public void Facts(IEnumerable<(string Name, string? Value)> facts) =>
        Table([], facts.Where(fact => !string.IsNullOrEmpty(fact.Value)).Select(fact => new[] { fact.Name, fact.Value }));

    /// <summary>Shows that something takes time while a person waits for it.</summary>
    public Task<T> WaitAsync<T>(string text, Func<Task<T>> what) =>
        IsLive ? Screen.Status().StartAsync(Markup.Escape(text), _ => what()) : what();

    public static Table Grid(string[] head, IEnumerable<string?[]> rows)
    {
        var lines = rows.ToList();
        var table = new Table().Border(TableBorder.None);
        table.ShowHeaders = head.Length > 0;
        for (var i = 0; i < Math.Max(head.Length, lines.Count > 0 ? lines[0].Length : 0); i++)
        {
            var name = new Text(i < head.Length ? head[i] : "", new Style(decoration: Decoration.Bold));
            table.AddColumn(new TableColumn(name) { NoWrap = Console.IsOutputRedirected, Padding = new(0, 0, 2, 0) });
        }

        foreach (var line in lines)
            table.AddRow(line.Select(cell => new Text(Plain(cell ?? ""))));
        return table;
    }

    /// <summary>A text of others without control characters, which could take over the terminal.</summary>
    public static string Plain(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(Plain)) : text;

    /// <summary>The same for a text of several lines.</summary>
    public static string PlainLines(string text) => string.Concat(text.Select(letter => letter is '\n' or '\t' ? letter : Plain(letter)));

    private static char Plain(char letter) => char.IsControl(letter) ? '\uFFFD' : letter;

    private static IAnsiConsole Open()
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = FileWidth;
        return console;
    }
}
