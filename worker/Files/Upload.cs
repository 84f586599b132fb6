using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Steelyard.Contract.Input;

namespace SteelBrowser.Files;

/// <summary>Receives one file of a multipart form and writes it to the disk.</summary>
/// <param name="folder">Holds the file until it is moved to its place.</param>
/// <param name="maxBytes">The most bytes that the file may have.</param>
internal sealed class Upload(string folder, long maxBytes) : IDisposable
{
    private const int MaxSections = 16;
    private const int MaxPathBytes = 1024;
    private const int MaxBoundary = 70; // RFC 2046 §5.1.1.

    private string? path;
    private string? fileName;

    /// <summary>The path of the received file, once <see cref="ReadAsync"/> has returned.</summary>
    public string Written { get; } = System.IO.Path.Combine(folder, $"upload-{Guid.NewGuid():N}");

    /// <summary>
    /// Reads the form and returns the path that the file should get: the field <c>path</c>, or else the file's own name. Throws
    /// <see cref="BadInputException"/> when the form is not valid, and <see cref="BadHttpRequestException"/> when the file is too large.
    /// </summary>
    public async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(Boundary(request), request.Body);
        for (var sections = 1; await NextAsync(reader, cancellationToken) is { } section; sections++)
        {
            if (sections > MaxSections)
                throw new BadInputException($"the form has more than {MaxSections} fields");
            await ReadSectionAsync(section, cancellationToken);
        }

        if (fileName is null)
            throw new BadInputException("the form needs a file", "file");
        return path is not null
            ? FilePath.Check(path, "path")
            : FilePath.Check(System.IO.Path.GetFileName(fileName.Replace('\\', '/')), "file");
    }

    public void Dispose() => File.Delete(Written);

    private async Task ReadSectionAsync(MultipartSection section, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
            throw new BadInputException("a field of the form has no Content-Disposition");
        var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        if (name == "path")
        {
            if (path is not null)
                throw new BadInputException("the form has two path fields: send one", "path");
            path = await ReadTextAsync(section.Body, cancellationToken);
        }
        else if (name == "file")
        {
            var given = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
            if (!given.HasValue)
                throw new BadInputException("file is a text field: upload the bytes of a file, not its address", "file");
            if (fileName is not null)
                throw new BadInputException("the form has two files: send them one by one", "file");
            fileName = HeaderUtilities.RemoveQuotes(given).ToString();
            await SaveAsync(section.Body, cancellationToken);
        }
    }

    private async Task SaveAsync(Stream body, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(Written, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int read;
            while ((read = await OfFormAsync(body.ReadAsync(buffer, cancellationToken))) > 0)
            {
                if (file.Length + read > maxBytes)
                    throw new BadHttpRequestException($"the file is larger than {maxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<string> ReadTextAsync(Stream body, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxPathBytes + 1];
        var length = await OfFormAsync(body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken));
        return length <= MaxPathBytes
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw new BadInputException($"path is longer than {MaxPathBytes} bytes", "path");
    }

    private static string Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= MaxBoundary } boundary
            ? boundary.ToString()
            : throw new BadInputException($"the body must be multipart/form-data with a boundary of 1 to {MaxBoundary} characters");

    private static Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken) =>
        OfFormAsync(new ValueTask<MultipartSection?>(reader.ReadNextSectionAsync(cancellationToken)));

    // A failed read is the client's fault; a failed write is not.
    private static async Task<T> OfFormAsync<T>(ValueTask<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (Exception e) when (e is IOException or InvalidDataException && e is not BadHttpRequestException)
        {
            throw new BadInputException($"the form cannot be read: {e.Message}");
        }
    }
}
