using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Net.Http.Headers;
using SteelBrowser.Chromium;
using SteelBrowser.Files;
using SteelBrowser.Http;
using Steelyard.Contract;
using Steelyard.Contract.Input;

namespace SteelBrowser.Extras;

/// <summary>
/// The calls for a session's files. They throw <see cref="BadInputException"/> for invalid input, and <see cref="IOException"/> when the
/// disk or the connection fails.
/// </summary>
internal static class FilesApi
{
    private static readonly Reply NoSuchFile = Reply.Error(StatusCodes.Status404NotFound, "no such file");

    public static Reply List(Browser browser) => WriteReply(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var file in browser.Files.List())
            Write(json, browser.Files, file);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Where the browser saves downloads, and what else it may read.</summary>
    public static Reply Folders(Browser browser, IReadOnlyList<string> readable) =>
        Reply.Json(StatusCodes.Status200OK, new BrowserFolders(browser.Files.Root, readable).ToJson());

    public static Reply DeleteAll(Browser browser)
    {
        browser.Files.DeleteAll();
        return Reply.NoContent;
    }

    public static Reply Delete(Browser browser, string path) =>
        browser.Files.Delete(Checked(browser, path)) ? Reply.NoContent : NoSuchFile;

    /// <summary>Sends a file. Returns null once it is sent, or the reply to a request that failed.</summary>
    public static async Task<Reply?> DownloadAsync(HttpContext context, Browser browser, string path)
    {
        using var open = browser.Files.Open(Checked(browser, path));
        if (open is null)
            return NoSuchFile;
        var response = context.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = open.File.Size;
        SetFileName(response, Path.GetFileName(path));
        await StreamCopyOperation.CopyToAsync(open.Content, response.Body, open.File.Size, context.RequestAborted);
        return null;
    }

    /// <summary>Sends all files as one zip. Returns null once it is sent, or the reply to a request that failed.</summary>
    public static async Task<Reply?> ZipAsync(HttpContext context, Browser browser)
    {
        var listed = browser.Files.List();
        if (listed.Sum(file => file.Size) > Archive.MaxBytes)
            return Reply.Problem(
                StatusCodes.Status413PayloadTooLarge,
                $"the files are larger than {Archive.MaxBytes} bytes in total: download them one by one");
        context.Response.ContentType = "application/zip";
        SetFileName(context.Response, "files.zip");
        await Archive.WriteAsync(browser.Files, listed, context.Response.Body, context.RequestAborted);
        return null;
    }

    /// <summary>Stores the file of a multipart form. Uploads of a session run one after the other.</summary>
    /// <param name="context">The request.</param>
    /// <param name="browser">The browser whose session gets the file.</param>
    /// <param name="limits">The limits of a file, and of all files together.</param>
    /// <param name="deadline">Limits the wait for earlier uploads, but not the upload itself.</param>
    public static async Task<Reply> UploadAsync(HttpContext context, Browser browser, SizeLimits limits, CancellationToken deadline)
    {
        try
        {
            RequestBody.Limit(context, SizeLimits.Request(limits.File));
            await browser.Uploads.WaitAsync(deadline);
            try
            {
                return await UploadInTurnAsync(context, browser, limits);
            }
            finally
            {
                browser.Uploads.Release();
            }
        }
        catch (BadHttpRequestException e)
        {
            return Reply.Problem(e.StatusCode, e.Message, "file");
        }
    }

    private static async Task<Reply> UploadInTurnAsync(HttpContext context, Browser browser, SizeLimits limits)
    {
        var files = browser.Files;
        using var upload = new Upload(browser.UploadFolder, Math.Min(limits.File, limits.Files - files.TotalBytes));
        var path = await upload.ReadAsync(context.Request, context.RequestAborted);
        return files.Take(upload.Written, path) is { } file
            ? WriteReply(json => Write(json, files, file))
            : throw new BadInputException($"{path} cannot be stored: something else has that name; choose another", "path");
    }

    private static void SetFileName(HttpResponse response, string name)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        response.Headers.ContentDisposition = disposition.ToString();
    }

    private static string Checked(Browser browser, string path) => FilePath.Check(browser.Files.RelativeOf(path), "path");

    // The path is absolute, so that it can be given to DOM.setFileInputFiles: Steel's documentation tells clients to do so.
    private static void Write(Utf8JsonWriter json, SessionFiles files, SessionFile file)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, files.AbsoluteOf(file));
        json.WriteNumber("size"u8, file.Size);
        json.WriteString("lastModified"u8, IsoTime.Of(file.LastModified));
        json.WriteEndObject();
    }

    private static Reply WriteReply(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return Reply.Json(StatusCodes.Status200OK, buffer.WrittenMemory);
    }
}
