using System.Text;
using System.Text.Json;
using Steelyard.Records;

namespace Steelyard.Tests.Unit.Records;

public sealed class PrivateFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(10, 10)]
    [InlineData(10, 2000)]
    [InlineData(2000, 10)]
    [InlineData(1020, 1022)]
    [InlineData(5000, 1023)]
    [InlineData(100_000, 70_000)]
    public void An_overwritten_file_holds_only_the_new_text(int before, int after)
    {
        var path = folder.At("record.json");
        PrivateFile.Overwrite(path, Json('a', before));
        PrivateFile.Overwrite(path, Json('b', after));
        Assert.Equal(new string('b', after), JsonSerializer.Deserialize<string>(File.ReadAllBytes(path)));
        Assert.Equal(0, new FileInfo(path).Length % 1024);
    }

    [Fact]
    public void Only_its_owner_can_read_it()
    {
        var path = folder.At("record.json");
        PrivateFile.Overwrite(path, Json('a', 1));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    private static byte[] Json(char letter, int length) => Encoding.UTF8.GetBytes($"\"{new string(letter, length)}\"");
}
