using System.Collections;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>
/// Starts processes with posix_spawn(3). The child shares our memory until the exec, so the cost does not depend on our size.
/// </summary>
internal static unsafe class Spawn
{
    // glibc: posix_spawnattr_t 336 bytes, posix_spawn_file_actions_t 80, sigset_t 128.
    private const int AttributesSize = 512;
    private const int FileActionsSize = 256;
    private const int SignalSetSize = 128;
    private const uint LogMode = 0x180; // rw-------

    // The child's descriptors start at 3. Ours are first moved out of that range, or one dup2 could overwrite the source of the next one.
    private const int FirstFreeDescriptor = 64;

    /// <summary>
    /// Starts a process and returns its pid. Call it from one thread at a time, because this program carries the mark for a moment.
    /// Throws <see cref="ProcessStartException"/>.
    /// </summary>
    public static int Start(ProcessSpec spec) =>
        spec.Restrict is null && spec.Nice == 0 ? StartHere(spec) : StartElsewhere(spec);

    // A restricted thread cannot regain what it has given up, and a nice one cannot regain its priority, so it is used once. Waiting for it
    // takes no longer than any other spawn.
    private static int StartElsewhere(ProcessSpec spec)
    {
        var pid = 0;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                pid = StartHere(spec);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        return pid;
    }

    private static int StartHere(ProcessSpec spec)
    {
        var attributes = stackalloc byte[AttributesSize];
        var actions = stackalloc byte[FileActionsSize];
        using var argv = new NativeStrings([spec.Path, .. spec.Arguments]);
        using var envp = new NativeStrings(Environment(spec));
        using var paths = new NativeStrings(["/dev/null", spec.LogPath ?? ""]);
        var moved = new List<int>();

        _ = LibC.SpawnAttributesInit(attributes);
        _ = LibC.FileActionsInit(actions);
        try
        {
            SetSignals(attributes, spec.NewSession ? LibC.SpawnSetSession : (short)0);
            _ = LibC.FileActionsAddOpen(actions, 0, paths.Pointer[0], LibC.OpenReadOnly, 0);
            if (spec.LogPath is not null)
            {
                _ = LibC.FileActionsAddOpen(actions, 1, paths.Pointer[1], LibC.OpenWriteCreateAppend, LogMode);
                _ = LibC.FileActionsAddDuplicate(actions, 1, 2);
            }

            for (var i = 0; i < spec.InheritedHandles.Count; i++)
            {
                var copy = LibC.FileControl(
                    (int)spec.InheritedHandles[i].DangerousGetHandle(), LibC.DuplicateCloseOnExec, FirstFreeDescriptor);
                if (copy < 0)
                    throw ProcessStartException.Of(spec.Path, Marshal.GetLastPInvokeError());
                moved.Add(copy);
                _ = LibC.FileActionsAddDuplicate(actions, copy, ProcessSpec.FirstInherited + i);
            }

            // In Linux each thread has its own niceness, and the child inherits that of this thread. To set that of the child would be too
            // late for the threads that it has already created.
            if (spec.Nice > 0)
                _ = LibC.Nice(spec.Nice);
            if (spec.Restrict?.Invoke() is { } refused)
                throw new ProcessStartException(spec.Path, $"{refused}: {Marshal.GetLastPInvokeErrorMessage()}");
            using var mark = ProcessMark.Carry(spec.Mark);
            var error = LibC.PosixSpawn(out var pid, argv.Pointer[0], actions, attributes, argv.Pointer, envp.Pointer);
            return error == 0 ? pid : throw ProcessStartException.Of(spec.Path, error);
        }
        finally
        {
            moved.ForEach(descriptor => LibC.Close(descriptor));
            _ = LibC.FileActionsDestroy(actions);
            _ = LibC.SpawnAttributesDestroy(attributes);
        }
    }

    // The .NET runtime blocks and ignores some signals. The child starts with no blocked signals and with default handlers.
    private static void SetSignals(byte* attributes, short flags)
    {
        var signals = stackalloc byte[SignalSetSize];
        _ = LibC.SignalSetEmpty(signals);
        _ = LibC.SpawnAttributesSetSignalMask(attributes, signals);
        _ = LibC.SignalSetFill(signals);
        _ = LibC.SpawnAttributesSetSignalDefaults(attributes, signals);
        _ = LibC.SpawnAttributesSetFlags(attributes, (short)(flags | LibC.SpawnSetSignalDefaults | LibC.SpawnSetSignalMask));
    }

    private static List<string> Environment(ProcessSpec spec)
    {
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        foreach (var (name, value) in spec.Environment)
        {
            if (value is null)
                variables.Remove(name);
            else
                variables[name] = value;
        }

        return [.. variables.Select(pair => $"{pair.Key}={pair.Value}")];
    }
}
