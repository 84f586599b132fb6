using System.Globalization;
using StackExchange.Redis;

namespace Steelyard.Fabric.Tables;

/// <summary>
/// Copies in Redis: a hash for each session, a set of sessions for each home, and a set of homes. A change is one script, which Redis runs
/// as a whole.
/// </summary>
public sealed class RedisSessionCopies : ISessionCopies
{
    private const string Now = "local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000);\n";

    private const string Write = Now +
        """
        local copy = redis.call('HMGET', KEYS[1], 'home', 'data')
        if copy[1] and (copy[1] ~= ARGV[1] or not copy[2]) then return 0 end
        redis.call('HSET', KEYS[1], 'home', ARGV[1], 'data', ARGV[3],
            'created', string.format('%d', now - ARGV[4]), 'used', string.format('%d', now - ARGV[5]))
        redis.call('PEXPIRE', KEYS[1], ARGV[6])
        redis.call('SADD', KEYS[2], ARGV[2])
        redis.call('SADD', KEYS[3], ARGV[1])
        return 1
        """;

    private const string Touch = Now +
        """
        local missing = {}
        for i, key in ipairs(KEYS) do
            local copy = redis.call('HMGET', key, 'home', 'data')
            if copy[1] == ARGV[1] and copy[2] then
                redis.call('HSET', key, 'used', string.format('%d', now - ARGV[2 + i]))
                redis.call('PEXPIRE', key, ARGV[2])
            else
                missing[#missing + 1] = i
            end
        end
        return missing
        """;

    private const string Leave =
        """
        redis.call('SREM', KEYS[2], ARGV[2])
        if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('SREM', KEYS[3], ARGV[1]) end
        """;

    private const string End =
        """
        if redis.call('HGET', KEYS[1], 'home') ~= ARGV[1] then return 0 end
        if ARGV[3] == '0' then redis.call('DEL', KEYS[1])
        else redis.call('HDEL', KEYS[1], 'data'); redis.call('PEXPIRE', KEYS[1], ARGV[3]) end

        """ + Leave;

    private const string Move =
        """
        local copy = redis.call('HMGET', KEYS[1], 'home', 'data', 'moved')
        if copy[3] == ARGV[5] then return 1 end
        if copy[1] ~= ARGV[1] or not copy[2] or (copy[3] or '') ~= ARGV[4] then return 0 end
        redis.call('HSET', KEYS[1], 'home', ARGV[3], 'moved', ARGV[5])

        """ + Leave +
        """

        redis.call('SADD', KEYS[4], ARGV[2])
        redis.call('SADD', KEYS[3], ARGV[3])
        return 1
        """;

    // A set keeps the ids of copies whose life was over.
    private const string Ids =
        """
        local found = {}
        for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do
            if redis.call('EXISTS', KEYS[1] .. id) == 1 then found[#found + 1] = id else redis.call('SREM', KEYS[2], id) end
        end
        if #found == 0 then redis.call('SREM', KEYS[3], ARGV[1]) end
        return found
        """;

    private const string Read = Now +
        """
        local copy = redis.call('HMGET', KEYS[1], 'home', 'data', 'created', 'used', 'moved')
        if copy[1] ~= ARGV[1] or not copy[2] then return {} end
        return { copy[2], string.format('%d', now - copy[3]), string.format('%d', now - copy[4]), copy[5] or '' }
        """;

    private const string Close =
        """
        local home = redis.call('HGET', KEYS[1], 'home')
        if home then return { home, redis.call('HEXISTS', KEYS[1], 'data') } end
        redis.call('HSET', KEYS[1], 'home', '-1')
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return {}
        """;

    private readonly RedisDatabase database;
    private readonly string prefix;

    /// <param name="redis">Shared, and not disposed here; made from <see cref="TableAddress.ToRedis"/>.</param>
    /// <param name="clusterId">Its keys are apart from those of other clusters.</param>
    /// <param name="deadline">Of each call; more than zero.</param>
    /// <param name="time">For the deadline; null for the machine's.</param>
    public RedisSessionCopies(IConnectionMultiplexer redis, string clusterId, TimeSpan deadline, TimeProvider? time = null)
    {
        database = new(redis, deadline, time ?? TimeProvider.System);
        prefix = RedisDatabase.Prefix(clusterId) + "copy:";
    }

    private RedisKey Homes => prefix + "homes";

    public async Task<bool> WriteAsync(int home, SessionCopy copy, CancellationToken cancellationToken) => (int)await RunAsync(
        $"write a copy of session {copy.Id}", Write, [Copy(copy.Id), Home(home), Homes],
        [home, copy.Id, copy.Data, Milliseconds(copy.Age), Milliseconds(copy.Idle), Milliseconds(ISessionCopies.Life)],
        cancellationToken) == 1;

    public async Task<IReadOnlyList<string>> TouchAsync(
        int home, IReadOnlyDictionary<string, TimeSpan> idle, CancellationToken cancellationToken)
    {
        var (ids, times) = (idle.Keys.ToArray(), idle.Values.Select(Milliseconds));
        var missing = await RunAsync(
            "touch the copies of sessions", Touch, [.. ids.Select(Copy)], [home, Milliseconds(ISessionCopies.Life), .. times],
            cancellationToken);
        return [.. ((int[])missing!).Select(at => ids[at - 1])];
    }

    public Task EndAsync(int home, string id, TimeSpan memory, CancellationToken cancellationToken) => RunAsync(
        $"delete the copy of session {id}", End, [Copy(id), Home(home), Homes], [home, id, Milliseconds(memory)], cancellationToken);

    public Task<IReadOnlyList<int>> HomesAsync(CancellationToken cancellationToken) => database.RunAsync<IReadOnlyList<int>>(
        "read the homes of sessions", async data => [.. (await data.SetMembersAsync(Homes)).Select(home => (int)home)],
        cancellationToken);

    public async Task<IReadOnlyList<string>> IdsOfAsync(int home, CancellationToken cancellationToken) => (string[])(await RunAsync(
        "read the ids of sessions", Ids, [prefix + "of:", Home(home), Homes], [home], cancellationToken))!;

    public async Task<SessionCopy?> ReadAsync(int home, string id, CancellationToken cancellationToken)
    {
        var row = (RedisValue[])(await RunAsync($"read the copy of session {id}", Read, [Copy(id)], [home], cancellationToken))!;
        return row.Length == 0 ? null : new SessionCopy(id, (byte[])row[0]!, Time(row[1]), Time(row[2]))
        {
            Moved = Guid.TryParse((string?)row[3], out var token) ? token : Guid.Empty,
        };
    }

    public async Task<bool> TryMoveAsync(SessionCopy copy, int from, int to, Guid token, CancellationToken cancellationToken) =>
        (int)await RunAsync(
            $"move session {copy.Id}", Move, [Copy(copy.Id), Home(from), Homes, Home(to)],
            [from, copy.Id, to, copy.Moved == Guid.Empty ? "" : copy.Moved.ToString(), token.ToString()], cancellationToken) == 1;

    public Task<SessionHome?> FindAsync(string id, CancellationToken cancellationToken) => database.RunAsync<SessionHome?>(
        $"find session {id}",
        async data => await data.HashGetAsync(Copy(id), ["home"]) is [{ IsNull: false } home]
            ? new((int)home, await data.HashExistsAsync(Copy(id), "data"))
            : null,
        cancellationToken);

    public async Task<SessionHome?> FindOrCloseAsync(string id, TimeSpan memory, CancellationToken cancellationToken)
    {
        var row = (RedisValue[])(await RunAsync(
            $"close session {id}", Close, [Copy(id)], [Milliseconds(memory)], cancellationToken))!;
        return row.Length == 0 ? null : new((int)row[0], (int)row[1] == 1);
    }

    private Task<RedisResult> RunAsync(
        string purpose, string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken) =>
        database.RunAsync(purpose, data => data.ScriptEvaluateAsync(script, keys, values), cancellationToken);

    private RedisKey Copy(string id) => prefix + "of:" + id;

    private RedisKey Home(int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}home:{number}");

    private static RedisValue Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static TimeSpan Time(RedisValue milliseconds) => TimeSpan.FromMilliseconds((long)milliseconds);
}
