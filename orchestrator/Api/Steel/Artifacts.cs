using System.Security.Cryptography;
using Steelyard.Workers;

namespace Steelyard.Api.Steel;

/// <summary>
/// Screenshots and PDFs, kept for some minutes for the clients they were made for. Their names cannot be guessed, and are all that is needed to fetch them.
/// One lock over the list.
/// </summary>
public sealed class Artifacts(RunDirectory directory, Options options, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly LinkedList<(string Path, long SavedAt)> files = new();
    private readonly string folder = directory.CreateFolder("artifacts");

    /// <summary>Saves it and returns its name. Throws <see cref="IOException"/> when the disk is full.</summary>
    public async Task<string> SaveAsync(ReadOnlyMemory<byte> bytes, string extension, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + extension;
        var path = Path.Combine(folder, name);
        await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        List<string> old = [];
        lock (gate)
        {
            files.AddLast((path, time.GetTimestamp()));
            while (files.First is { } first && (files.Count > options.MaxArtifacts || IsOver(first.Value.SavedAt)))
            {
                old.Add(first.Value.Path);
                files.RemoveFirst();
            }
        }

        old.ForEach(File.Delete);
        return name;
    }

    /// <summary>Its path; null when there is none of this name, or its time is over.</summary>
    public string? Find(string name)
    {
        lock (gate)
            return files.Where(file => Path.GetFileName(file.Path) == name && !IsOver(file.SavedAt)).Select(file => file.Path).FirstOrDefault();
    }

    private bool IsOver(long savedAt) => time.GetElapsedTime(savedAt) >= options.ArtifactLife;
}
