using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Forge.Analyzers;

internal static class OperationExtensions
{
    /// <summary>What was written, without the conversions and delegate creations around it.</summary>
    public static IOperation Unwrap(this IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation conversion:
                    operation = conversion.Operand;
                    break;
                case IDelegateCreationOperation creation:
                    operation = creation.Target;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                default:
                    return operation;
            }
        }
    }

    /// <summary>The argument that the operation is, when nothing but conversions stands between.</summary>
    public static IArgumentOperation? AsArgument(this IOperation operation)
    {
        var parent = operation.Parent;
        while (parent is IConversionOperation or IDelegateCreationOperation or IParenthesizedOperation)
        {
            parent = parent.Parent;
        }

        return parent as IArgumentOperation;
    }
}
