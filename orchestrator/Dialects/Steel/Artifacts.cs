using System.Security.Cryptography;
using Steelyard.Async;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// Keeps screenshots and PDFs for some minutes, so that their clients can fetch them. A name is all that a client needs to fetch a file,
/// and cannot be guessed. One lock guards the list.
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
    /// Saves a file and returns its name. Deletes the oldest files to make room. Throws <see cref="ArtifactSpaceException"/> when there is
    /// not enough room.
    /// </summary>
    /// <param name="content">Read while it arrives. The reader's exceptions are passed on.</param>
    /// <param name="length">Length of the content in bytes.</param>
    /// <param name="extension">Such as <c>.png</c>.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the file any more.</param>
    public async Task<string> SaveAsync(Stream content, long length, string extension, CancellationToken cancellationToken)
    {
        var name = $"{options.NodeNumber:x4}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}{extension}";
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

    /// <summary>Returns the path of a file; null when there is no file of this name, or it has expired.</summary>
    public string? Find(string name)
    {
        lock (gate)
            return files.FirstOrDefault(file => Path.GetFileName(file.Path) == name && !IsOver(file))?.Path;
    }

    /// <summary>
    /// Deletes expired files. Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Periodic.RunAsync(Period, () => Drop(IsOver), time, logger, cancellationToken);

    private static async Task WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            await using var file = new FileStream(
                path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
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
            throw new ArtifactSpaceException(
                $"The result cannot be saved: {e.Message}. Free space in the run directory, or retry later.");
        }

        async Task<int> ReadAsync()
        {
            try
            {
                return await content.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException e)
            {
                throw new HttpRequestException(e.Message, e); // The disk is not the cause.
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
                throw new ArtifactSpaceException(
                    $"The result has {length} bytes, and --artifact-space ({options.ArtifactSpaceBytes} bytes) has no room for them now. " +
                    "Retry later, or request less.");
            used += length;
        }
    }

    // Deletes the oldest files as long as the condition holds. The condition is evaluated under the lock.
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
