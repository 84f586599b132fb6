using System.IO.Compression;

namespace Steelyard.Worker.Files;

/// <summary>
/// A session's folder of files: what its browser downloads, and what is uploaded to it. Methods throw <see cref="IOException"/> when the disk
/// refuses.
/// </summary>
/// <param name="root">The folder.</param>
internal sealed class SessionFiles(string root)
{
    private const int ZipBufferBytes = 64 * 1024;

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint, // A link could lead out of the folder.
    };

    /// <summary>Newest first, without what the browser is still writing.</summary>
    public IReadOnlyList<SessionFile> List() =>
    [
        .. new DirectoryInfo(root).EnumerateFiles("*", Everything)
            .Where(file => !IsUnfinished(file.Name))
            .Select(Describe)
            .OrderByDescending(file => file.LastModified),
    ];

    public long TotalBytes => new DirectoryInfo(root).EnumerateFiles("*", Everything).Sum(file => file.Length);

    /// <summary>Null when there is no such file.</summary>
    /// <param name="path">Checked.</param>
    public FileInfo? Find(string path)
    {
        var file = new FileInfo(Path.Combine(root, path));
        return file.Exists && !IsUnfinished(file.Name) && !PassesLink(path) ? file : null;
    }

    /// <summary>
    /// Takes a file that is written whole; it replaces one of the same name. Null when a file, folder or link is in its way. When the folder is gone,
    /// nothing of it comes back.
    /// </summary>
    /// <param name="written">On the same file system.</param>
    /// <param name="path">Checked.</param>
    public SessionFile? Take(string written, string path)
    {
        var target = new FileInfo(Path.Combine(root, path));
        if (PassesLink(path) || Directory.Exists(target.FullName) || IsUnfinished(target.Name))
            return null;
        for (var folder = target.Directory; folder is not null && folder.FullName.Length > root.Length; folder = folder.Parent)
        {
            if (File.Exists(folder.FullName))
                return null;
        }

        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException("the session's files are gone");
        target.Directory?.Create();
        File.Move(written, target.FullName, overwrite: true);
        target.Refresh();
        return Describe(target);
    }

    public void DeleteAll()
    {
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
    }

    /// <summary>Writes all of them to a stream as they are now.</summary>
    public async Task ZipAsync(Stream to, CancellationToken cancellationToken)
    {
        // The archive writes the end of an entry synchronously, which a response does not take: it goes into the buffer, empty by then.
        var buffered = new BufferedStream(to, ZipBufferBytes);
        await using (var zip = await ZipArchive.CreateAsync(buffered, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
            await ZipAsync(zip, buffered, cancellationToken);
        await buffered.FlushAsync(cancellationToken);
    }

    private async Task ZipAsync(ZipArchive zip, BufferedStream buffered, CancellationToken cancellationToken)
    {
        foreach (var file in List())
        {
            if (Find(file.Path) is not { } present)
                continue;
            await using var from = present.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var entry = zip.CreateEntry(file.Path, CompressionLevel.Fastest);
            entry.LastWriteTime = file.LastModified;
            await using var into = await entry.OpenAsync(cancellationToken);
            await from.CopyToAsync(into, cancellationToken);
            await into.FlushAsync(cancellationToken);
            await buffered.FlushAsync(cancellationToken);
        }
    }

    private SessionFile Describe(FileInfo file) => new(Path.GetRelativePath(root, file.FullName), file.Length, file.LastWriteTimeUtc);

    private bool PassesLink(string path)
    {
        var at = root;
        return path.Split('/').Any(name => new FileInfo(at = Path.Combine(at, name)).LinkTarget is not null);
    }

    // The names Chromium gives to downloads until they are complete.
    private static bool IsUnfinished(string name) =>
        name.EndsWith(".crdownload", StringComparison.Ordinal)
        || name.StartsWith(".org.chromium.", StringComparison.Ordinal)
        || name.StartsWith(".com.google.Chrome.", StringComparison.Ordinal);
}

/// <param name="Path">Within the session's folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="LastModified">When it was last written.</param>
internal sealed record SessionFile(string Path, long Size, DateTimeOffset LastModified);
