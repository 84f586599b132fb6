using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>Runs the program with the words of a command, as a user would.</summary>
internal static class Tool
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Returns its exit status, and what it has written on both outputs.</summary>
    /// <param name="variables">Of its environment, as <c>NAME=value</c>.</param>
    /// <param name="words">The command.</param>
    public static async Task<(int? Status, string Text)> RunAsync(IEnumerable<string> variables, params string[] words)
    {
        var log = Path.GetTempFileName();
        try
        {
            string[] command = [.. variables, "dotnet", Path.Combine(AppContext.BaseDirectory, "steelyard.dll"), .. words];
            var process = OsProcess.Start(new("/usr/bin/env", command) { LogPath = log });
            var status = await process.Exited.WaitAsync(Deadline);
            return (status.Code, await File.ReadAllTextAsync(log));
        }
        finally
        {
            File.Delete(log);
        }
    }
}
