namespace Steelyard.Processes;

/// <summary>What .NET cannot say of a descriptor it did not open.</summary>
public static class Descriptors
{
    /// <summary>Keeps it from programs that we start.</summary>
    public static void CloseOnExec(int descriptor) => _ = LibC.FileControl(descriptor, LibC.SetDescriptorFlags, LibC.CloseOnExecFlag);
}
