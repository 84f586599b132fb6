namespace SteelBrowser.Diagnostics;

/// <summary>All the log there is: a line now and then.</summary>
internal static class Stderr
{
    public static void Line(string text) => Console.Error.WriteLine($"steel-browser: {text}");

    public static int Fail(int exitCode, string text)
    {
        Line(text);
        return exitCode;
    }
}
