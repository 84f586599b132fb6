using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>An ordinary browser of a user. It does not belong to the node and has no restrictions from it.</summary>
internal sealed class OrdinaryBrowser : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/lib/chromium/chromium-headless-shell", "/usr/lib/chromium/chromium"];

    private readonly OsProcess process;
    private readonly string folder;

    private OrdinaryBrowser(OsProcess process, string folder)
    {
        this.process = process;
        this.folder = folder;
    }

    /// <summary>Starts a browser; skips the test when none is installed.</summary>
    /// <param name="names">The host names that resolve to 127.0.0.1.</param>
    public static OrdinaryBrowser Start(params string[] names)
    {
        if (Places.FirstOrDefault(File.Exists) is not { } path)
        {
            Assert.Skip("no Chromium is installed: run `make browser`");
            throw new InvalidOperationException();
        }

        var folder = Path.Combine(Path.GetTempPath(), $"steelyard-browser-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        var process = OsProcess.Start(new(path, [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-popup-blocking",
            "--remote-debugging-port=0", $"--user-data-dir={folder}",
            $"--host-resolver-rules={string.Join(',', names.Select(name => $"MAP {name} 127.0.0.1"))}", "about:blank",
        ])
        {
            LogPath = Path.Combine(folder, "log"),
        });
        return new(process, folder);
    }

    public async Task<DevToolsClient> AttachAsync()
    {
        var file = Path.Combine(folder, "DevToolsActivePort");
        string[] lines = [];
        await Eventually.IsTrueAsync(
            () => File.Exists(file) && (lines = File.ReadAllLines(file)).Length == 2, "the browser tells its port", seconds: 60);
        return await DevToolsClient.ConnectAsync(new($"ws://127.0.0.1:{lines[0]}{lines[1]}"));
    }

    public async ValueTask DisposeAsync()
    {
        process.TrySendToGroup(Signal.Kill);
        await process.Exited;
        Directory.Delete(folder, recursive: true);
    }
}
