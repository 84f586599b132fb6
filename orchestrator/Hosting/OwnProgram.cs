namespace Steelyard.Hosting;

/// <summary>How this program starts itself again: as a program of its own, or by the command dotnet.</summary>
internal static class OwnProgram
{
    private static readonly bool IsByDotnet = System.IO.Path.GetFileNameWithoutExtension(Path) == "dotnet";

    public static string Path => Environment.ProcessPath!;

    /// <summary>The arguments that this process has got.</summary>
    public static string[] SameArguments => IsByDotnet ? Environment.GetCommandLineArgs() : Environment.GetCommandLineArgs()[1..];

    /// <summary>The arguments of a process that gets these words.</summary>
    public static string[] Arguments(params IEnumerable<string> words) =>
        IsByDotnet ? [Environment.GetCommandLineArgs()[0], .. words] : [.. words];
}
