using System.Globalization;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

/// <summary>
/// Which worker a process belongs to. Worker w1 has pid 100, w2 has 200; a start time is ten times the pid unless a test sets it.
/// </summary>
public sealed class ProcessAttributionTests
{
    private const int Node = 50;
    private const int Init = 1;

    private static readonly byte[] Secret = new byte[32];

    private readonly List<ProcessEntry> processes = [];
    private readonly Dictionary<string, ProcessIdentity?> living = [];
    private readonly Dictionary<int, (string?, bool)> environments = [];
    private Dictionary<ProcessIdentity, string?> known = [];

    public ProcessAttributionTests()
    {
        foreach (var (id, pid) in new[] { ("w1", 100), ("w2", 200) })
        {
            Add(pid, Node, session: pid);
            living[id] = Identity(pid);
        }
    }

    [Fact]
    public void What_descends_from_a_worker_is_its_own()
    {
        Add(101, 100);
        Add(102, 101);
        Add(300, Init);
        Assert.Equal("100 101 102", Of("w1"));
        Assert.Equal("200", Of("w2"));
    }

    [Fact]
    public void Its_mark_its_token_and_a_workers_session_tell_it_as_well()
    {
        Add(101, Init, mark: WorkerToken.MarkOf(Secret, "w1"));
        Add(102, Init, session: 100);
        Add(103, Init);
        environments[103] = ("w1", true);
        Add(104, 103);
        Assert.Equal("100 101 102 103 104", Of("w1"));
    }

    [Fact]
    public void What_a_dead_worker_has_left_is_known_by_the_same()
    {
        Die("w1", 100);
        Add(101, Init, mark: WorkerToken.MarkOf(Secret, "w1"));
        Add(102, Init);
        environments[102] = ("w1", true);
        Add(103, Init, session: 100); // Another process may have this number by now.
        Assert.Equal("101 102", Of("w1"));
    }

    [Fact]
    public void What_was_seen_to_be_a_workers_stays_so_when_all_traces_are_gone()
    {
        Add(101, 100);
        Add(102, 101);
        Look();
        Die("w1", 100);
        processes.RemoveAll(process => process.Identity.Pid is 101 or 102);
        Add(102, Init);
        Assert.Equal("102", Of("w1"));
        Assert.Empty(Look().Orphans);
    }

    [Fact]
    public void Marks_and_tokens_of_others_tell_nothing()
    {
        var other = new byte[32];
        other[0] = 1;
        Add(101, Init, mark: WorkerToken.MarkOf(other, "w1"));
        Add(102, Init, mark: 42);
        Add(103, Init);
        environments[103] = ("w1", false);
        Assert.Equal("100", Of("w1"));
        Assert.Equal([(Identity(103), "w1")], Look(forget: true).Unproven);
    }

    [Fact]
    public void A_pid_that_another_process_has_got_makes_it_nobodys()
    {
        living["w1"] = Identity(100) with { StartTime = 7 };
        Add(101, 100);
        Assert.Equal("", Of("w1"));
        Add(202, 200, start: 1999); // Older than its parent: the parent's pid was reused while we looked.
        Assert.Equal("200", Of("w2"));
    }

    [Fact]
    public void An_orphan_is_a_dead_workers_when_no_living_one_is_as_old()
    {
        Add(90, Node, isOrphan: true);
        Add(91, 90);
        Add(150, Node, isOrphan: true); // Belongs to w1 or to the worker that died.
        Assert.Equal("90 91", Text(Look().Orphans));
        Assert.Equal("90 91", Text(Look().LeftBy("w0")));
        Die("w1", 100);
        Assert.Equal("90 91 150", Text(Look().Orphans));
        living["w3"] = null; // A spawn is in progress: the process may belong to it.
        Assert.Empty(Look().Orphans);
        living.Clear();
        Assert.Equal("90 91 150", Text(Look().Orphans));
    }

    [Fact]
    public void An_environment_is_read_once_in_a_life()
    {
        Add(300, Init);
        var reads = 0;
        for (var look = 0; look < 3; look++)
            known = new ProcessAttribution(processes, living, known, Secret, _ => (null, ++reads < 0)).Known;
        Assert.Equal(1, reads);
    }

    [Fact]
    public void What_runs_without_a_worker_that_is_to_live_is_all_but_its_own()
    {
        Add(101, 100);
        Add(201, 200);
        Assert.Equal("200 201", Text(Look().Without(new HashSet<string> { "w1" })));
    }

    [Theory]
    [InlineData("w1")]
    [InlineData("w1073741823")]
    public void A_mark_names_its_worker(string id) => Assert.Equal(id, WorkerToken.OwnerOf(Secret, WorkerToken.MarkOf(Secret, id)!.Value));

    [Theory]
    [InlineData("w0")]
    [InlineData("w01")]
    [InlineData("w1073741824")]
    [InlineData("wx")]
    public void An_id_that_no_number_gives_has_no_mark(string id) => Assert.Null(WorkerToken.MarkOf(Secret, id));

    private void Add(int pid, int parent, int session = 1, long? mark = null, bool isOrphan = false, long? start = null) =>
        processes.Add(new(Identity(pid) with { StartTime = start ?? pid * 10 }, parent, session, mark, isOrphan));

    private void Die(string id, int pid)
    {
        living.Remove(id);
        processes.RemoveAll(process => process.Identity.Pid == pid);
    }

    private ProcessFamilies Look(bool forget = false)
    {
        var look = new ProcessAttribution(
            processes, living, forget ? [] : known, Secret, process => environments.GetValueOrDefault(process.Pid));
        known = look.Known;
        return look.Families;
    }

    private string Of(string id) => Text(Look().Of[id]);

    private static string Text(IEnumerable<ProcessIdentity> processes) =>
        string.Join(' ', processes.Select(process => process.Pid).Order().Select(pid => pid.ToString(CultureInfo.InvariantCulture)));

    private static ProcessIdentity Identity(int pid) => new(pid, pid * 10, "boot");
}
