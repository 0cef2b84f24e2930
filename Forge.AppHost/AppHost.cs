Console.WriteLine(new Projects.Forge_Api().ProjectPath);
