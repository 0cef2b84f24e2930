using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

[OptionsValidator]
internal sealed partial class PostResponseOptionsValidator : IValidateOptions<PostResponseOptions>;
