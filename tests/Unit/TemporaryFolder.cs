namespace Steelyard.Tests.Unit;

/// <summary>A folder for one test. It is deleted with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("steelyard-unit-").FullName;

    public string At(string name) => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>Creates an empty executable file and returns its path.</summary>
    public string WriteProgram(string name)
    {
        File.SetUnixFileMode(Write(name, ""), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return At(name);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
