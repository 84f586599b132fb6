using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

/// <summary>Runs on a tree of plain files. What the kernel does with the values written there is not tested.</summary>
public sealed class ControlGroupsTests : IDisposable
{
    private const int Pid = 4711;

    private readonly TemporaryFolder root = new();

    private string Own => Path.Combine(root.Root, "sys/fs/cgroup/system.slice/steelyard.service");

    public void Dispose() => root.Dispose();

    [Fact]
    public void A_group_that_is_ours_is_divided_and_we_move_into_a_leaf_of_it()
    {
        Build();
        var (groups, why) = ControlGroups.Take(root.Root, Pid);
        Assert.True(groups is not null, why);
        Assert.Equal("4711", Read("node/cgroup.procs"));
        Assert.Equal("+memory +pids", Read("cgroup.subtree_control"));
    }

    [Fact]
    public void A_worker_gets_a_group_with_its_limits()
    {
        Build();
        var group = ControlGroups.Take(root.Root, Pid).Groups!.Create("w1", 42, 1 << 30, 640);
        Assert.Equal(
            ("1073741824", "0", "1", "640", "42"),
            (Read("w1/memory.max"), Read("w1/memory.swap.max"), Read("w1/memory.oom.group"), Read("w1/pids.max"), Read("w1/cgroup.procs")));
        Assert.False(group.RanOutOfMemory);
        Write("w1/memory.events", "low 0\noom 1\noom_kill 0\n");
        Assert.False(group.RanOutOfMemory);
        Write("w1/memory.events", "low 0\noom 1\noom_kill 7\n");
        Assert.True(group.RanOutOfMemory);
    }

    [Fact]
    public void A_group_of_an_earlier_orchestrator_gets_its_limits_again()
    {
        Build();
        var groups = ControlGroups.Take(root.Root, Pid).Groups!;
        groups.Create("w1", 42, 1 << 30, 640);
        Write("w1/memory.max", "max");
        Write("w1/pids.max", "max");
        groups.Find("w1")!.Limit(1 << 30, 640);
        Assert.Equal(("1073741824", "640"), (Read("w1/memory.max"), Read("w1/pids.max")));
    }

    [Fact]
    public void All_that_is_in_a_group_is_killed_in_one_step()
    {
        Build();
        var group = ControlGroups.Take(root.Root, Pid).Groups!.Create("w1", 42, null, null);
        Assert.True(group.TryKill());
        Assert.Equal("1", Read("w1/cgroup.kill"));
        Directory.Delete(Path.Combine(Own, "w1"), recursive: true);
        Assert.False(group.TryKill());
    }

    [Fact]
    public void A_worker_without_limits_gets_none()
    {
        Build();
        ControlGroups.Take(root.Root, Pid).Groups!.Create("w1", 42, null, null);
        Assert.Equal(["cgroup.procs"], Directory.EnumerateFiles(Path.Combine(Own, "w1")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_second_start_finds_itself_in_its_leaf()
    {
        Build(place: "/system.slice/steelyard.service/node", procs: "");
        Assert.NotNull(ControlGroups.Take(root.Root, Pid).Groups);
        Assert.False(Directory.Exists(Path.Combine(Own, "node/node")));
    }

    [Fact]
    public void In_a_container_our_place_is_the_root_of_what_we_see()
    {
        Build(place: "/");
        var top = Path.Combine(root.Root, "sys/fs/cgroup");
        File.WriteAllText(Path.Combine(top, "cgroup.controllers"), "memory pids\n");
        File.WriteAllText(Path.Combine(top, "cgroup.procs"), "4711\n");
        Assert.NotNull(ControlGroups.Take(root.Root, Pid).Groups);
        Assert.True(Directory.Exists(Path.Combine(top, "node")));
    }

    [Theory]
    [InlineData("cpu io memory", "4711\n", "no controller for pids")]
    [InlineData("", "4711\n", "no controller for memory")]
    [InlineData("memory pids", "4711\n12\n", "not delegated")]
    public void What_is_not_ours_or_cannot_do_it_is_left_alone(string controllers, string procs, string reason)
    {
        Build(controllers: controllers, procs: procs);
        var (groups, why) = ControlGroups.Take(root.Root, Pid);
        Assert.Null(groups);
        Assert.Contains(reason, why, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Own, "node")));
    }

    [Theory]
    [InlineData("36 32 0:31 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory", "no control groups of version 2")]
    [InlineData("36 32 0:31 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw", "not delegated")]
    public void A_machine_of_version_1_has_none(string mount, string reason)
    {
        Build();
        File.WriteAllText(Path.Combine(root.Root, "proc/self/mountinfo"), mount + "\n");
        var (groups, why) = ControlGroups.Take(root.Root, Pid);
        Assert.Null(groups);
        Assert.Contains(reason, why, StringComparison.Ordinal);
    }

    private void Build(string place = "/system.slice/steelyard.service", string controllers = "cpu memory pids", string procs = "4711\n")
    {
        Directory.CreateDirectory(Path.Combine(root.Root, "proc/self"));
        Directory.CreateDirectory(Own);
        File.WriteAllText(
            Path.Combine(root.Root, "proc/self/mountinfo"),
            "22 1 0:20 / /proc rw - proc proc rw\n30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
        File.WriteAllText(Path.Combine(root.Root, "proc/self/cgroup"), $"1:name=systemd:/elsewhere\n0::{place}\n");
        Write("cgroup.controllers", controllers + "\n");
        Write("cgroup.procs", procs);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(Own, name), text);

    private string Read(string name) => File.ReadAllText(Path.Combine(Own, name));
}
