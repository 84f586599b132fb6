using Npgsql;
using Steelyard.Fabric.Tables;

namespace Steelyard.Tests.Unit.Fabric;

public sealed class TableAddressTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("redis://host", "host", 6379, null, null, 0, false)]
    [InlineData("redis://host/", "host", 6379, null, null, 0, false)]
    [InlineData("redis://127.0.0.1:7000/3", "127.0.0.1", 7000, null, null, 3, false)]
    [InlineData("redis://:secret@host", "host", 6379, null, "secret", 0, false)]
    [InlineData("redis://me:s%2Fe%40c%3Ar@host/1", "host", 6379, "me", "s/e@c:r", 1, false)]
    [InlineData("redis://me:a:b@host", "host", 6379, "me", "a:b", 0, false)]
    [InlineData("rediss://:x@host.example:6380", "host.example", 6380, null, "x", 0, true)]
    [InlineData("redis://[::1]:7000", "::1", 7000, null, null, 0, false)]
    [InlineData("REDIS://Host", "host", 6379, null, null, 0, false)]
    public void An_address_of_Redis_is_read(string text, string host, int port, string? user, string? password, int number, bool tls)
    {
        var address = TableAddress.Parse(text);
        Assert.Equal((TableKind.Redis, host, port), (address.Kind, address.Host, address.Port));
        var options = address.ToRedis(Deadline);
        Assert.Equal((user, password, number, tls), (options.User, options.Password, options.DefaultDatabase, options.Ssl));
        Assert.Equal(tls ? host : null, options.SslHost);
        Assert.EndsWith($":{port}", Assert.Single(options.EndPoints).ToString(), StringComparison.Ordinal);
        Assert.False(options.AbortOnConnectFail);
        Assert.Equal((2000, 2000, 2000), (options.ConnectTimeout, options.AsyncTimeout, options.SyncTimeout));
    }

    [Theory]
    [InlineData("postgres://me@host/data", "host", 5432, "me", null, "data", SslMode.Prefer)]
    [InlineData("postgresql://me:s%2Fe%40c@host:6000/data?sslmode=require", "host", 6000, "me", "s/e@c", "data", SslMode.Require)]
    [InlineData("postgres://me:x@[::1]/data?sslmode=verify-full", "::1", 5432, "me", "x", "data", SslMode.VerifyFull)]
    [InlineData("postgres://me:x@host/a%20b?sslmode=disable", "host", 5432, "me", "x", "a b", SslMode.Disable)]
    public void An_address_of_PostgreSQL_is_read(
        string text, string host, int port, string user, string? password, string database, SslMode mode)
    {
        var address = TableAddress.Parse(text);
        Assert.Equal(TableKind.Postgres, address.Kind);
        var settings = address.ToPostgres(TimeSpan.FromSeconds(1.5));
        Assert.Equal((host, port, user, password), (settings.Host, settings.Port, settings.Username, settings.Password));
        Assert.Equal((database, mode), (settings.Database, settings.SslMode));
        Assert.Equal((2, 2), (settings.Timeout, settings.CommandTimeout));
    }

    [Theory]
    [InlineData("redis://me:secret@host/1", "redis://me@host:6379/1")]
    [InlineData("rediss://:secret@host", "rediss://host:6379")]
    [InlineData("redis://[::1]", "redis://[::1]:6379")]
    [InlineData("postgresql://me:secret@host/data?sslmode=require", "postgres://me@host:5432/data")]
    public void It_is_shown_without_its_password(string text, string display)
    {
        Assert.Equal(display, TableAddress.Parse(text).Display);
        Assert.Equal(display, TableAddress.Parse(text).ToString());
    }

    [Theory]
    [InlineData("", "'' is not a table address: use redis://… or postgres://…")]
    [InlineData("host:6379", "'host:6379' is not a table address: use redis://… or postgres://…")]
    [InlineData("mysql://host/x", "'mysql://host/x' is not a table address: use redis://… or postgres://…")]
    [InlineData("redis://", "'redis://' is not a table address: ")]
    [InlineData("redis://host:99999", "'redis://host:99999' is not a table address: ")]
    [InlineData("redis://host/x", "after the host of Redis stands a number, as in redis://host/1")]
    [InlineData("redis://host/-1", "after the host of Redis stands a number, as in redis://host/1")]
    [InlineData("redis://host?ssl=true", "for TLS use rediss://…")]
    [InlineData("redis://secret@host", "'redis://***@host' is not a table address: write redis://user:password@host")]
    [InlineData("postgres://host/data", "it names no user")]
    [InlineData("postgres://me:secret@host", "'postgres://***@host' is not a table address: it names no database")]
    [InlineData("postgres://me:secret@host/a/b", "it names no database")]
    [InlineData("postgres://me@host/data?sslmode=maybe", "disable, allow, prefer, require, verify-ca, verify-full")]
    [InlineData("postgres://me@host/data?timeout=3", "only ?sslmode= can stand")]
    [InlineData("postgres://me:sec#ret@host/data", "is not a table address: ")]
    [InlineData("me:secret@host", "'***@host' is not a table address: use redis://… or postgres://…")]
    public void What_is_none_is_told_with_a_remedy_and_without_the_password(string text, string message)
    {
        var error = Assert.Throws<FormatException>(() => TableAddress.Parse(text));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sec#ret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_kind_is_not_taken_for_the_other()
    {
        Assert.Throws<InvalidOperationException>(() => TableAddress.Parse("redis://host").ToPostgres(Deadline));
        Assert.Throws<InvalidOperationException>(() => TableAddress.Parse("postgres://me@host/data").ToRedis(Deadline));
    }
}
