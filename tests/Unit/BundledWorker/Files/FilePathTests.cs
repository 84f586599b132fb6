using SteelBrowser.Files;
using static Steelyard.Tests.Unit.Contract.Input.Refused;

namespace Steelyard.Tests.Unit.BundledWorker.Files;

public sealed class FilePathTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a/b/c.txt")]
    [InlineData("...")]
    [InlineData("..a/b..")]
    [InlineData(".hidden")]
    [InlineData(@"a\b")]
    [InlineData("ä 🙂.txt")]
    [InlineData("%2e%2e")]
    [InlineData("~")]
    public void A_path_within_the_folder_is_taken_as_it_is(string path) => Assert.Equal(path, FilePath.Check(path, "path"));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/..")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("/a")]
    [InlineData("//a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("/")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u007fb")]
    [InlineData("a\u0085b")]
    public void A_path_out_of_the_folder_or_of_no_name_is_refused(string path) =>
        Assert.Equal("path", Field(() => FilePath.Check(path, "path")));

    [Theory]
    [InlineData("a", 255)]
    [InlineData("ä", 127)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/", 31)]
    [InlineData("a/", 63)]
    public void Bytes_are_counted_not_characters_and_names(string part, int most)
    {
        FilePath.Check(Repeat(part, most), "path");
        Assert.Equal("path", Field(() => FilePath.Check(Repeat(part, most + 1), "path")));
    }

    private static string Repeat(string part, int count) =>
        string.Concat(Enumerable.Repeat(part, count)) + (part.EndsWith('/') ? "bc" : "");
}
