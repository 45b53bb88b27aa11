update service set maintenance = 1;
