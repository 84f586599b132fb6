using SteelBrowser.Files;

namespace Steelyard.Tests.Unit.BundledWorker.Files;

public sealed class ArchiveNamesTests
{
    [Theory]
    [InlineData("folder/a name ä.txt", "folder/a name ä.txt")]
    [InlineData(@"a\..\..\b.txt", "a_.._.._b.txt")]
    [InlineData(@"..\..\b.txt", ".._.._b.txt")]
    [InlineData(@"C:\b.txt", "C__b.txt")]
    [InlineData("C:/b.txt", "C_/b.txt")]
    [InlineData("a:stream", "a_stream")]
    [InlineData("a\nb", "a_b")]
    [InlineData("...", "___")]
    [InlineData(".. /b", "___/b")]
    [InlineData("a. . ", "a____")]
    [InlineData("nul", "_nul")]
    [InlineData("x/COM1.txt", "x/_COM1.txt")]
    [InlineData("aux .log/b", "_aux .log/b")]
    [InlineData("console", "console")]
    [InlineData("%2e%2e", "%2e%2e")]
    public void A_name_leads_nowhere_else_on_any_system(string path, string name) => Assert.Equal(name, new ArchiveNames().Take(path));

    [Fact]
    public void No_two_files_have_one_name()
    {
        var names = new ArchiveNames();
        string[] paths = [@"a\b", "a:b", "a_b", "c"];
        Assert.Equal(["a_b", "a_b (2)", "a_b (3)", "c"], paths.Select(names.Take));
    }
}
