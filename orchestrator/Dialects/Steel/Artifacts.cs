using System.Security.Cryptography;
using Steelyard.Async;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// Screenshots and PDFs, kept for some minutes for the clients they were made for. Their names cannot be guessed, and are all that is
/// needed to fetch them. One lock over the list.
/// </summary>
public sealed class Artifacts(RunDirectory directory, Options options, TimeProvider time, ILogger<Artifacts> logger)
{
    private const int BufferBytes = 64 * 1024;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly LinkedList<Artifact> files = new();
    private readonly string folder = directory.CreateFolder("artifacts");
    private long used;

    /// <summary>
    /// Saves it and returns its name; the oldest go to make room for it. Throws <see cref="ArtifactSpaceException"/> when there is none.
    /// </summary>
    /// <param name="content">What is read while it comes. Its own exceptions are passed on.</param>
    /// <param name="length">Bytes in it.</param>
    /// <param name="extension">Such as <c>.png</c>.</param>
    /// <param name="cancellationToken">Nobody waits for it any more.</param>
    public async Task<string> SaveAsync(Stream content, long length, string extension, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + extension;
        var path = Path.Combine(folder, name);
        TakeRoom(length);
        try
        {
            await WriteAsync(path, content, cancellationToken);
        }
        catch
        {
            if (File.Exists(path))
                File.Delete(path);
            lock (gate)
                used -= length;
            throw;
        }

        lock (gate)
            files.AddLast(new Artifact(path, length, time.GetTimestamp()));
        return name;
    }

    /// <summary>Its path; null when there is none of this name, or its time is over.</summary>
    public string? Find(string name)
    {
        lock (gate)
            return files.FirstOrDefault(file => Path.GetFileName(file.Path) == name && !IsOver(file))?.Path;
    }

    /// <summary>
    /// Deletes those whose time is over. Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public Task RunAsync(CancellationToken cancellationToken) => Periodic.RunAsync(Period, () => Drop(IsOver), time, logger, cancellationToken);

    private static async Task WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
            int count;
            while ((count = await ReadAsync()) > 0)
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
        catch (IOException e) when (Shortage.IsIn(e))
        {
            throw PoolUnavailableException.NoConnection();
        }
        catch (IOException e)
        {
            throw new ArtifactSpaceException($"What was made of the page cannot be saved: {e.Message}. Make room in the run directory, or retry later.");
        }

        async Task<int> ReadAsync()
        {
            try
            {
                return await content.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException e)
            {
                throw new HttpRequestException(e.Message, e); // Not the disk's fault.
            }
        }
    }

    private void TakeRoom(long length)
    {
        if (length <= options.ArtifactSpaceBytes)
            Drop(file => IsOver(file) || files.Count >= options.MaxArtifacts || used + length > options.ArtifactSpaceBytes);
        lock (gate)
        {
            if (used + length > options.ArtifactSpaceBytes)
                throw new ArtifactSpaceException($"{length} bytes were made of the page, and --artifact-space ({options.ArtifactSpaceBytes}) has no room for them now. Retry later, or ask for less.");
            used += length;
        }
    }

    // The oldest, as long as the condition holds; it is asked under the lock.
    private void Drop(Func<Artifact, bool> condition)
    {
        List<Artifact> dropped = [];
        lock (gate)
        {
            while (files.First?.Value is { } oldest && condition(oldest))
            {
                files.RemoveFirst();
                used -= oldest.Length;
                dropped.Add(oldest);
            }
        }

        dropped.ForEach(file => File.Delete(file.Path));
    }

    private bool IsOver(Artifact file) => time.GetElapsedTime(file.SavedAt) >= options.ArtifactLife;

    private sealed record Artifact(string Path, long Length, long SavedAt);
}

/// <summary>There is no room for a screenshot or PDF.</summary>
public sealed class ArtifactSpaceException(string message) : Exception(message);
