using System.Text;
using Microsoft.AspNetCore.Http;
using SteelBrowser.Files;
using Steelyard.Contract.Input;

namespace Steelyard.Tests.Unit.BundledWorker.Files;

public sealed class UploadTests : IDisposable
{
    private const string File = "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nbytes";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("filename=\"a.txt\"", "a.txt")]
    [InlineData("filename=a.txt", "a.txt")]
    [InlineData("filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("filename=\"C:\\\\temp\\\\a.txt\"", "a.txt")]
    [InlineData("filename=\"a.txt\"; filename*=UTF-8''%C3%A4%2F..%2Fb.txt", "b.txt")]
    public async Task A_file_has_the_last_part_of_its_own_name(string given, string path)
    {
        using var upload = New();
        Assert.Equal(path, await ReadAsync(upload, $"Content-Disposition: form-data; name=file; {given}\r\n\r\nbytes"));
        Assert.Equal("bytes", System.IO.File.ReadAllText(upload.Written));
    }

    [Fact]
    public async Task The_path_may_come_before_or_after_the_file_and_is_kept_whole()
    {
        const string Path = "Content-Disposition: form-data; name=\"path\"\r\n\r\nä/b.txt";
        using var before = New();
        Assert.Equal("ä/b.txt", await ReadAsync(before, Path, File));
        using var after = New();
        Assert.Equal("ä/b.txt", await ReadAsync(after, File, Path));
    }

    [Theory]
    [InlineData("file", "Content-Disposition: form-data; name=\"file\"\r\n\r\nhttps://example.com")]
    [InlineData("file", "Content-Disposition: form-data; name=\"other\"\r\n\r\nx")]
    [InlineData("file", "Content-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\nx")]
    [InlineData("file", "Content-Disposition: form-data; name=\"file\"; filename=\"..\"\r\n\r\nx")]
    [InlineData("file", "Content-Disposition: form-data; name=\"file\"; filename=\"a/\"\r\n\r\nx")]
    [InlineData("file", File, File)]
    [InlineData("path", "Content-Disposition: form-data; name=\"path\"\r\n\r\n../x", File)]
    [InlineData("path", "Content-Disposition: form-data; name=\"path\"\r\n\r\n", File)]
    [InlineData(
        "path",
        "Content-Disposition: form-data; name=\"path\"\r\n\r\na",
        "Content-Disposition: form-data; name=\"path\"\r\n\r\nb",
        File)]
    [InlineData(null, "Content-Type: text/plain\r\n\r\nx")]
    public async Task What_cannot_be_meant_is_refused_by_name(string? field, params string[] sections)
    {
        using var upload = New();
        Assert.Equal(field, (await Assert.ThrowsAsync<BadInputException>(() => ReadAsync(upload, sections))).Field);
    }

    [Theory]
    [InlineData("--x\r\n" + File)]
    [InlineData("--x\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\na")]
    [InlineData("--x\r\nContent-Disposition: form")]
    [InlineData("nothing of a form")]
    [InlineData("")]
    public async Task A_form_that_ends_too_early_is_the_clients_fault(string body)
    {
        using var upload = New();
        await Assert.ThrowsAsync<BadInputException>(
            () => upload.ReadAsync(Request(Encoding.UTF8.GetBytes(body), "multipart/form-data; boundary=x"), default));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/mixed; boundary=x")]
    [InlineData("nonsense")]
    public async Task What_is_no_form_is_refused(string? type)
    {
        using var upload = New();
        await Assert.ThrowsAsync<BadInputException>(() => upload.ReadAsync(Request([], type), default));
    }

    [Theory]
    [InlineData(70, true)]
    [InlineData(71, false)]
    [InlineData(4097, false)]
    public async Task A_boundary_has_a_greatest_length(int length, bool taken)
    {
        using var upload = New();
        var boundary = new string('b', length);
        var body = $"--{boundary}\r\n{File}\r\n--{boundary}--\r\n";
        var read = upload.ReadAsync(Request(Encoding.UTF8.GetBytes(body), $"multipart/form-data; boundary={boundary}"), default);
        if (taken)
            await read;
        else
            await Assert.ThrowsAsync<BadInputException>(() => read);
    }

    [Fact]
    public async Task A_form_has_a_greatest_number_of_fields_and_a_path_a_greatest_length()
    {
        using var many = New();
        await Assert.ThrowsAsync<BadInputException>(() => ReadAsync(
            many,
            [.. Enumerable.Range(0, 17).Select(i => $"Content-Disposition: form-data; name=\"{i}\"\r\n\r\nx")]));
        using var longest = New();
        var refused = await Assert.ThrowsAsync<BadInputException>(() => ReadAsync(
            longest,
            $"Content-Disposition: form-data; name=\"path\"\r\n\r\n{new string('a', 1025)}",
            File));
        Assert.Equal("path", refused.Field);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(4, false)]
    [InlineData(-1, false)]
    public async Task A_file_over_the_cap_is_413_and_leaves_nothing(long most, bool taken)
    {
        using (var upload = New(most))
        {
            if (taken)
                await ReadAsync(upload, File);
            else
                Assert.Equal(413, (await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync(upload, File))).StatusCode);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Root));
    }

    private Upload New(long most = 1000) => new(folder.Root, most);

    private static Task<string> ReadAsync(Upload upload, params string[] sections)
    {
        var body = string.Concat(sections.Select(section => $"--x\r\n{section}\r\n")) + "--x--\r\n";
        return upload.ReadAsync(Request(Encoding.UTF8.GetBytes(body), "multipart/form-data; boundary=\"x\""), default);
    }

    private static HttpRequest Request(byte[] body, string? type)
    {
        var request = new DefaultHttpContext().Request;
        request.Body = new MemoryStream(body);
        request.ContentType = type;
        return request;
    }
}
