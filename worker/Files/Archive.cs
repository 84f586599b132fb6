using System.IO.Compression;
using Microsoft.AspNetCore.Http.Extensions;

namespace SteelBrowser.Files;

/// <summary>Writes all files of a session as one zip.</summary>
internal static class Archive
{
    /// <summary>
    /// The most bytes that the files may have together. A sparse file can be very long at no cost, and would keep the worker busy
    /// for hours.
    /// </summary>
    public const long MaxBytes = 4L << 30;

    private const int BufferBytes = 64 * 1024;

    /// <summary>Writes the files to a stream. Each has the length that it has when its turn comes.</summary>
    public static async Task WriteAsync(
        SessionFiles files, IReadOnlyList<SessionFile> listed, Stream to, CancellationToken cancellationToken)
    {
        // The archive writes the end of an entry synchronously, which a response does not allow. The buffer takes it: it is empty at that
        // point.
        var buffered = new BufferedStream(to, BufferBytes);
        await using (var zip = await ZipArchive.CreateAsync(
            buffered, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            var names = new ArchiveNames();
            foreach (var file in listed)
            {
                using var open = files.Open(file.Path);
                if (open is null)
                    continue;
                var entry = zip.CreateEntry(names.Take(file.Path), CompressionLevel.Fastest);
                entry.LastWriteTime = InRange(open.File.LastModified);
                await using var into = await entry.OpenAsync(cancellationToken);
                await StreamCopyOperation.CopyToAsync(open.Content, into, open.File.Size, cancellationToken);
                await into.FlushAsync(cancellationToken);
                await buffered.FlushAsync(cancellationToken);
            }
        }

        await buffered.FlushAsync(cancellationToken);
    }

    // A zip can only hold these years, but a browser can give its files any date.
    private static DateTimeOffset InRange(DateTimeOffset time) =>
        time.Year < 1980 ? new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero) : time.Year > 2107 ? new(2107, 12, 31, 0, 0, 0, TimeSpan.Zero) : time;
}
