namespace SteelBrowser.Diagnostics;

/// <summary>The worker's only log: a few lines on stderr.</summary>
internal static class Stderr
{
    public static void Line(string text) => Console.Error.WriteLine($"steel-browser: {text}");

    public static int Fail(int exitCode, string text)
    {
        Line(text);
        return exitCode;
    }
}
