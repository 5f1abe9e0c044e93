<?php
// Renders templates with PHP's Twig: one JSON request a line in, one JSON
// answer a line out. The first argument is Twig's autoload file.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED & ~E_WARNING & ~E_NOTICE);
ini_set('display_errors', '0');
ini_set('memory_limit', '512M');
date_default_timezone_set('UTC');
require $argv[1];

// A template is compiled to a class once for its text, whatever the options; so
// each request gets texts of its own.
class Loader implements \Twig\Loader\LoaderInterface
{
    private static int $requests = 0;
    private int $request;
    private \Twig\Loader\ArrayLoader $inner;

    public function __construct(array $templates)
    {
        $this->request = ++self::$requests;
        $this->inner = new \Twig\Loader\ArrayLoader($templates);
    }

    public function getSourceContext(string $name): \Twig\Source
    {
        return $this->inner->getSourceContext($name);
    }

    public function getCacheKey(string $name): string
    {
        return $this->request.':'.$this->inner->getCacheKey($name);
    }

    public function isFresh(string $name, int $time): bool
    {
        return true;
    }

    public function exists(string $name)
    {
        return $this->inner->exists($name);
    }
}

function answer(array $q): array
{
    $config = $q['config'] ?? [];
    $twig = new \Twig\Environment(new Loader($q['templates']), [
        'autoescape' => $config['autoescape'] ?? false,
        'strict_variables' => $config['strict_variables'] ?? false,
        'cache' => false,
    ]);
    $twig->addExtension(new \Twig\Extension\StringLoaderExtension());
    $core = $twig->getExtension(\Twig\Extension\CoreExtension::class);
    if (isset($config['timezone'])) {
        $core->setTimezone($config['timezone']);
    }
    foreach ($config['globals'] ?? [] as $name => $value) {
        $twig->addGlobal($name, $value);
    }
    try {
        set_time_limit(20);
        return ['output' => $twig->render($q['main'], $q['data'] ?? [])];
    } catch (\Throwable $e) {
        return ['error' => get_class($e).': '.$e->getMessage()];
    }
}

while (false !== $line = fgets(STDIN)) {
    $level = ob_get_level();
    $a = answer(json_decode($line, true));
    while (ob_get_level() > $level) {
        ob_end_clean();
    }
    if (isset($a['output'])) {
        $a = ['output' => base64_encode($a['output'])];
    }
    fwrite(STDOUT, json_encode($a, JSON_INVALID_UTF8_SUBSTITUTE)."\n");
}
