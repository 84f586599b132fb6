namespace Steelyard.Tests.Unit;

/// <summary>Finds the project's files.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new(AppContext.BaseDirectory)) ?? FindFromSource();

    // The build may be in a folder outside the project: the compiler knows where this source file was.
    private static string FindFromSource([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Find(new(Path.GetDirectoryName(here)!))
            ?? throw new InvalidOperationException("No Steelyard.slnx above the test program or its source");

    private static string? Find(DirectoryInfo from)
    {
        for (var folder = from; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Steelyard.slnx")))
                return folder.FullName;
        }

        return null;
    }
}
