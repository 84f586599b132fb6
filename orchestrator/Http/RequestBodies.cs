using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>Reads the whole JSON body of a request with limits on size and time, and checks it before it reaches a worker.</summary>
public sealed class RequestBodies(Options options, TimeProvider time)
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>
    /// Returns the JSON as UTF-8; an empty body counts as <c>{}</c>. Throws <see cref="BadHttpRequestException"/>: 400 for a body that is
    /// not JSON, 408 for a body that arrives too slowly, 413 for a body that is too large.
    /// </summary>
    public Task<byte[]> ReadJsonAsync(HttpRequest request) => ReadJsonAsync(request, options.MaxBodyBytes);

    /// <summary>The same, for a body that may contain cookies and storage and may therefore be larger.</summary>
    public Task<byte[]> ReadContextAsync(HttpRequest request) => ReadJsonAsync(request, options.MaxContextBytes);

    private async Task<byte[]> ReadJsonAsync(HttpRequest request, int limit)
    {
        if (request.ContentLength > limit)
            throw TooLarge(limit);
        var body = await ReadAsync(request, limit);
        if (body.Length == 0)
            return EmptyObject;
        Check(body);
        return body;
    }

    /// <summary>Returns how long a body may take from its start, given the number of bytes received so far.</summary>
    internal TimeSpan Deadline(long received) =>
        options.BodyGrace + TimeSpan.FromSeconds((double)received / options.BodyBytesPerSecond);

    private async Task<byte[]> ReadAsync(HttpRequest request, int limit)
    {
        var reader = request.BodyReader;
        using var deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);

        // A read that is cancelled by a token stays pending forever, and Kestrel then cannot read the rest of the body.
        await using var over = deadline.Token.Register(reader.CancelPendingRead);
        var started = time.GetTimestamp();
        for (var received = 0L; ;)
        {
            ReadResult result;
            try
            {
                // Mostly the body has arrived together with the head, and needs no timer.
                if (!reader.TryRead(out result))
                {
                    var left = Deadline(received) - time.GetElapsedTime(started);
                    deadline.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                    result = await reader.ReadAsync();
                }
            }
            catch (IOException e) when (e is not BadHttpRequestException && !request.HttpContext.RequestAborted.IsCancellationRequested)
            {
                // Kestrel throws IOException for a chunk size that overflows.
                throw new BadHttpRequestException($"The body cannot be read. {e.Message}");
            }

            if (result.Buffer.Length > limit || result.IsCanceled)
            {
                reader.AdvanceTo(result.Buffer.End);
                throw result.IsCanceled ? TooSlow() : TooLarge(limit);
            }

            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            received = result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static void Check(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
            throw new BadHttpRequestException("The body is not UTF-8. Send JSON, or nothing at all.");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = SessionBody.MaxBodyDepth });
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            throw new BadHttpRequestException(
                "The body has half of a surrogate pair (\\ud800 to \\udfff) in a string or a name, which is not a character. " +
                "Send whole pairs.");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException($"The body is not JSON. {e.Message} Send JSON, or nothing at all.");
        }
    }

    private BadHttpRequestException TooSlow() =>
        new(
            $"The body arrived too slowly: less than {options.BodyBytesPerSecond} bytes per second. Send it without pauses.",
            StatusCodes.Status408RequestTimeout);

    internal static BadHttpRequestException TooLarge(int limit) =>
        new($"The body is larger than the {limit} bytes allowed.", StatusCodes.Status413PayloadTooLarge);
}
